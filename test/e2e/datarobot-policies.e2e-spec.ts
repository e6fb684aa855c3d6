import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Governance, policyBody, trigger } from '../support/governance-app.js';

let g: Governance;
beforeAll(async () => {
  g = await Governance.start();
});
afterAll(() => g.stop());

const NOWHERE = '00000000-0000-4000-8000-000000000000';
const FULL = {
  active: true,
  name: 'Everything said',
  automaticAction: { action: 'CANCEL', period: 'P30D' },
  review: {
    groups: [{ id: 'risk', name: 'ignored' }, { id: 'legal' }, { id: 'risk' }],
    reminderPeriod: 'P1DT12H',
  },
  trigger: {
    entityType: 'DeploymentModel',
    filterGroups: [{ id: 'legal' }],
    intendedAction: {
      action: 'Update',
      condition: { condition: 'EQUALS', fieldName: 'importance', values: ['CRITICAL', 'HIGH'] },
    },
  },
};

describe('a policy', () => {
  it('is created, shown, replaced by its own answer, changed and deleted', async () => {
    const created = await g.call('admin', 'POST', 'approvalPolicies/', FULL);
    expect(created.status).toBe(201);
    const { id } = created.json;
    expect(created.json).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      active: true,
      name: 'Everything said',
      automaticAction: { action: 'cancel', period: 'P30D' },
      // The name is the group's own; repeats collapse.
      review: {
        groups: [
          { id: 'risk', name: 'Model risk' },
          { id: 'legal', name: 'Legal' },
        ],
        reminderPeriod: 'P1DT12H',
      },
      trigger: {
        entityType: 'deploymentModel',
        filterGroups: [{ id: 'legal', name: 'Legal' }],
        intendedAction: {
          action: 'update',
          condition: { condition: 'equals', fieldName: 'importance', values: ['CRITICAL', 'HIGH'] },
        },
        labels: { groupLabel: 'Model replacement', label: 'Importance above moderate' },
      },
      openRequests: 0,
    });
    expect([created.headers['etag'], created.headers['x-event-position']]).toEqual([
      '"0"',
      expect.stringMatching(/^\d+$/),
    ]);
    const shown = await g.call('admin', 'GET', `approvalPolicies/${id}/`);
    expect([shown.status, shown.text, shown.headers['etag']]).toEqual([200, created.text, '"0"']);

    const same = await g.call('admin', 'PUT', `approvalPolicies/${id}/`, created.json);
    expect([same.status, same.text, same.headers['etag']]).toEqual([200, created.text, '"0"']);

    const changed = await g.call('admin', 'PUT', `approvalPolicies/${id}/`, policyBody({ active: false }));
    expect([changed.status, changed.headers['etag']]).toEqual([200, '"1"']);
    expect(changed.json).toMatchObject({
      id,
      active: false,
      name: 'Critical deployments',
      automaticAction: null,
      review: null,
      trigger: {
        entityType: 'deployment',
        filterGroups: null,
        intendedAction: { action: 'update', condition: null },
      },
    });

    const deleted = await g.call('admin', 'DELETE', `approvalPolicies/${id}/`);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    for (const [method, path, body] of [
      ['GET', `approvalPolicies/${id}/`, undefined],
      ['PUT', `approvalPolicies/${id}/`, policyBody()],
      ['DELETE', `approvalPolicies/${id}/`, undefined],
      ['GET', `approvalPolicies/${id}/shareableChangeRequests/`, undefined],
    ] as const)
      expect((await g.call('admin', method, path, body)).status).toBe(404);
  });

  it.each<[string, object, object]>([
    [
      'no filter groups are none',
      { trigger: trigger('deployment', 'delete', { filterGroups: [] }) },
      { trigger: { filterGroups: null } },
    ],
    ['review may be empty', { review: {} }, { review: { groups: null, reminderPeriod: null } }],
    [
      'values may be null',
      {
        trigger: {
          entityType: 'DEPLOYMENT_STATUS',
          intendedAction: {
            action: 'UPDATE',
            condition: { condition: 'Equals', fieldName: 'importance', values: null },
          },
        },
      },
      {
        trigger: {
          entityType: 'deploymentStatus',
          labels: { groupLabel: 'Status change', label: 'Any importance' },
        },
      },
    ],
    [
      'labels are echoed',
      { trigger: trigger('deploymentConfig', 'update', { labels: { groupLabel: 'Mine', label: 'Own' } }) },
      { trigger: { labels: { groupLabel: 'Mine', label: 'Own' } } },
    ],
    [
      'a period is echoed as sent',
      { automaticAction: { action: 'Approve', period: 'P1Y2M3W4DT5H6M7S' } },
      { automaticAction: { action: 'approve', period: 'P1Y2M3W4DT5H6M7S' } },
    ],
    ['a name has 50 code points', { name: '😀'.repeat(50) }, { name: '😀'.repeat(50) }],
    ['names are not trimmed', { name: ' x ' }, { name: ' x ' }],
    ['what is not known is ignored', { id: 'mine', openRequests: 7, colour: 'red' }, { openRequests: 0 }],
  ])('%s', async (_, more, expected) => {
    const answer = await g.call('admin', 'POST', 'approvalPolicies/', policyBody(more));
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject(expected);
    expect(answer.json.id).not.toBe('mine');
    await g.deletePolicy(answer.json.id as string);
  });

  it.each<[object, readonly string[]]>([
    [{ active: undefined }, ['active']],
    [{ active: 'true' }, ['active']],
    [{ active: null }, ['active']],
    [{ name: undefined }, ['name']],
    [{ name: '' }, ['name']],
    [{ name: 'x'.repeat(51) }, ['name']],
    [{ name: 'a\u0000' }, ['name']],
    [{ automaticAction: {} }, ['automaticAction.action', 'automaticAction.period']],
    [{ automaticAction: { action: 'CANCEl', period: 'P1D' } }, ['automaticAction.action']],
    [{ automaticAction: [] }, ['automaticAction']],
    ...[
      'P',
      'PT',
      'P1',
      'P0D',
      'PT0S',
      'P1.5D',
      '-P1D',
      'P-1D',
      'p1d',
      'P1DT',
      'P1M1Y',
      '1 day',
      '',
      5,
      null,
    ].map((period): [object, readonly string[]] => [
      { automaticAction: { action: 'cancel', period } },
      ['automaticAction.period'],
    ]),
    [{ automaticAction: { action: 'cancel', period: 'P8000Y' } }, ['automaticAction.period']],
    [{ review: { reminderPeriod: 'soon' } }, ['review.reminderPeriod']],
    [{ review: { groups: [] } }, ['review.groups']],
    [{ review: { groups: Array.from({ length: 101 }, () => ({ id: 'risk' })) } }, ['review.groups']],
    [{ review: { groups: [{ id: 'risk' }, { name: 'x' }] } }, ['review.groups.1.id']],
    [{ review: { groups: [{ id: 'risk', name: 'x'.repeat(51) }] } }, ['review.groups.0.name']],
    [{ review: { groups: [{ id: 'nobody-knows' }] } }, ['review.groups']],
    [{ review: { groups: 'risk' } }, ['review.groups']],
    [{ trigger: undefined }, ['trigger']],
    [{ trigger: null }, ['trigger']],
    [{ trigger: {} }, ['trigger.entityType', 'trigger.intendedAction']],
    [{ trigger: trigger('deploymentmodel', 'update') }, ['trigger.entityType']],
    [{ trigger: trigger('DEPLOYMENTMODEL', 'update') }, ['trigger.entityType']],
    [{ trigger: trigger('deployment', 'UPDATe') }, ['trigger.intendedAction.action']],
    [
      { trigger: trigger('deployment', 'update', { filterGroups: [{ id: 'nobody-knows' }] }) },
      ['trigger.filterGroups'],
    ],
    [
      {
        trigger: trigger('deployment', 'update', {
          filterGroups: Array.from({ length: 101 }, () => ({ id: 'risk' })),
        }),
      },
      ['trigger.filterGroups'],
    ],
    [{ trigger: trigger('deployment', 'update', { labels: { label: 'x' } }) }, ['trigger.labels.groupLabel']],
    ...(
      [
        [{}, ['condition', 'fieldName', 'values']],
        [{ condition: 'equal', fieldName: 'importance', values: null }, ['condition']],
        [{ condition: 'equals', fieldName: 'label', values: null }, ['fieldName']],
        [{ condition: 'equals', fieldName: 'x'.repeat(51), values: null }, ['fieldName']],
        [{ condition: 'equals', fieldName: 'importance' }, ['values']],
        [{ condition: 'equals', fieldName: 'importance', values: [] }, ['values']],
        [{ condition: 'equals', fieldName: 'importance', values: ['HIGH', 'high'] }, ['values.1']],
        [
          { condition: 'equals', fieldName: 'importance', values: Array.from({ length: 101 }, () => 'LOW') },
          ['values'],
        ],
      ] as const
    ).map(([condition, fields]): [object, readonly string[]] => [
      { trigger: { entityType: 'deployment', intendedAction: { action: 'update', condition } } },
      fields.map((field) => `trigger.intendedAction.condition.${field}`),
    ]),
    // The pairs that exist are few.
    ...(
      [
        ['deploymentModel', 'create'],
        ['deploymentModel', 'delete'],
        ['deploymentConfig', 'create'],
        ['deploymentConfig', 'delete'],
        ['deploymentStatus', 'create'],
        ['deploymentStatus', 'delete'],
        ['deploymentMonitoringData', 'create'],
        ['deploymentMonitoringData', 'update'],
      ] as const
    ).map(([entityType, action]): [object, readonly string[]] => [
      { trigger: trigger(entityType, action) },
      ['trigger.intendedAction.action'],
    ]),
  ])('with %j is refused: 422 at %j', async (more, fields) => {
    const before = await g.app.store.head();
    const answer = await g.call('admin', 'POST', 'approvalPolicies/', policyBody(more));
    expect(answer.status).toBe(422);
    expect(Object.keys(answer.json.errors)).toEqual(fields);
    expect(Object.keys(answer.json)).toEqual(['message', 'errors']);
    expect(answer.json.message).toMatch(/./);
    expect(await g.app.store.head()).toBe(before);
  });

  it('keeps its answer for a repeat, and is written only at the revision that If-Match names', async () => {
    const once = { headers: { 'idempotency-key': 'policy-1' } };
    const first = await g.call('admin', 'POST', 'approvalPolicies/', policyBody(), once);
    const again = await g.call('admin', 'POST', 'approvalPolicies', policyBody(), once);
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([
      201,
      first.text,
      'true',
    ]);
    const path = `approvalPolicies/${first.json.id}/`;
    const at = (revision: string) => ({ headers: { 'if-match': revision } });
    expect((await g.call('admin', 'PUT', path, policyBody({ name: 'b' }), at('"5"'))).status).toBe(412);
    expect((await g.call('admin', 'PUT', path, policyBody({ name: 'b' }), at('"0"'))).status).toBe(200);
    await g.deletePolicy(first.json.id as string);
  });

  it('shows of the name of a group at most 50 characters, so that its answer can be sent back', async () => {
    const fits = '😀'.repeat(50);
    for (const [name, shown] of [
      [fits, fits],
      [`${fits}!`, `${'😀'.repeat(49)}…`],
    ] as const) {
      await g.native('PUT', 'groups/wordy', { name });
      await g.under(policyBody({ review: { groups: [{ id: 'wordy' }] } }), async (id) => {
        const path = `approvalPolicies/${id}/`;
        const { json } = await g.call('admin', 'GET', path);
        expect(json.review.groups).toEqual([{ id: 'wordy', name: shown }]);
        expect(await g.call('admin', 'PUT', path, json)).toMatchObject({ status: 200, json });
      });
    }
  });

  it('shows a deleted group without a name', async () => {
    await g.native('PUT', 'groups/short-lived', { name: 'Short' });
    await g.under(policyBody({ review: { groups: [{ id: 'short-lived' }] } }), async (id) => {
      await g.native('DELETE', 'groups/short-lived');
      const { review } = (await g.call('admin', 'GET', `approvalPolicies/${id}/`)).json;
      expect(review.groups).toEqual([{ id: 'short-lived', name: null }]);
    });
  });
});

describe('who may manage policies', () => {
  const calls = [
    ['GET', 'approvalPolicies/', undefined],
    ['GET', 'approvalPolicies/?limit=0', undefined],
    ['POST', 'approvalPolicies/', policyBody()],
    ['POST', 'approvalPolicies/', { name: '' }],
    ['GET', `approvalPolicies/${NOWHERE}/`, undefined],
    ['PUT', `approvalPolicies/${NOWHERE}/`, {}],
    ['DELETE', `approvalPolicies/${NOWHERE}/`, undefined],
    ['GET', `approvalPolicies/${NOWHERE}/shareableChangeRequests/?orderBy=x`, undefined],
    ['GET', 'approvalPolicyTriggers/', undefined],
  ] as const;

  it.each(calls)('%s %s %j: 403 for others, whatever else is wrong', async (method, path, body) => {
    const answer = await g.call('owner', method, path, body);
    expect([answer.status, answer.headers['cache-control']]).toEqual([403, 'no-store']);
    expect(answer.json).toEqual({
      message: 'Approval policy management is disabled for you: it takes an approval admin',
    });
  });

  it.each(calls)('%s %s %j: 401 without a credential, before that', async (method, path, body) => {
    const answer = await g.app.request(method, `/api/v2/${path}`, { ...(body && { body }) });
    expect(answer.status).toBe(401);
    expect(Object.keys(answer.json)).toEqual(['message']);
  });

  it.each([
    ['GET', `approvalPolicies/${NOWHERE}/`, undefined],
    ['PUT', `approvalPolicies/${NOWHERE}/`, { name: '' }],
    ['DELETE', `approvalPolicies/${NOWHERE}/`, undefined],
    ['GET', `approvalPolicies/${NOWHERE}/shareableChangeRequests/?orderBy=x`, undefined],
    ['GET', 'approvalPolicies/%00/', undefined],
    ['GET', 'approvalPolicies/x/', undefined],
  ] as const)('%s %s %j: 404 for an admin, before what does not fit', async (method, path, body) => {
    const answer = await g.call('admin', method, path, body);
    expect([answer.status, Object.keys(answer.json)]).toEqual([404, ['message']]);
  });
});

describe('the list of policies', () => {
  const ids: string[] = [];
  beforeAll(async () => {
    const names = ['Alpha one', 'beta ONE', 'gamma', 'Delta_%'];
    const parts = ['deployment', 'deploymentModel', 'deploymentModel', 'deploymentStatus'];
    for (const [index, name] of names.entries()) {
      g.clock.advance(1);
      ids.push(
        await g.policy(
          policyBody({ name, active: false, trigger: trigger(parts[index] as string, 'update') }),
        ),
      );
    }
  });
  afterAll(async () => {
    for (const id of ids) await g.deletePolicy(id);
  });
  const list = async (query: string) => {
    const answer = await g.call('admin', 'GET', `approvalPolicies/?${query}`);
    expect(answer.status).toBe(200);
    return answer.json;
  };
  const found = async (query: string) =>
    ((await list(query)).data as { id: string }[]).map(({ id }) => ids.indexOf(id));

  it('is ordered by creation, and paged', async () => {
    expect(await found('')).toEqual([0, 1, 2, 3]);
    const first = await list('limit=3');
    expect(first).toMatchObject({ count: 3, previous: null, totalCount: 4 });
    expect(first.next).toBe(`${g.app.url}/api/v2/approvalPolicies/?limit=3&offset=3`);
    const second = (
      await g.call(
        'admin',
        'GET',
        new URL(first.next as string).pathname + new URL(first.next as string).search,
      )
    ).json;
    expect(second).toMatchObject({ count: 1, next: null, totalCount: 4 });
    expect(second.previous).toBe(`${g.app.url}/api/v2/approvalPolicies/?limit=3&offset=0`);
    expect(await list('offset=9')).toMatchObject({ count: 0, data: [], next: null, totalCount: 4 });
  });

  it.each([
    ['entityType=deploymentModel', [1, 2]],
    ['entityType=DEPLOYMENT_MODEL', [1, 2]],
    ['entityType=DeploymentStatus', [3]],
    ['namePart=ONE', [0, 1]],
    ['namePart=_%25', [3]],
    ['namePart=one&entityType=deployment', [0]],
    ['namePart=', [0, 1, 2, 3]],
    ['namePart=nothing', []],
    ['unknown=x', [0, 1, 2, 3]],
  ] as const)('?%s', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it.each([
    'offset=-1',
    'offset=x',
    'offset=1.5',
    'limit=0',
    'limit=1001',
    'limit=',
    'limit=2&limit=3',
    'entityType=model',
    'entityType=',
  ])('?%s: 422', async (query) => {
    const answer = await g.call('admin', 'GET', `approvalPolicies/?${query}`);
    expect(answer.status).toBe(422);
    expect(Object.keys(answer.json.errors)).toEqual([query.split('=')[0]]);
  });
});

describe('the triggers to choose from', () => {
  it('are seven pairs with six choices of importance each', async () => {
    const answer = await g.call('admin', 'GET', 'approvalPolicyTriggers/');
    expect([answer.status, Object.keys(answer.json)]).toEqual([200, ['data']]);
    const { data } = answer.json;
    expect(data).toHaveLength(42);
    expect(data[0]).toEqual({
      entityType: 'deployment',
      filterGroups: null,
      intendedAction: {
        action: 'create',
        condition: { condition: 'equals', fieldName: 'importance', values: null },
      },
      labels: { groupLabel: 'Deployment creation', label: 'Any importance' },
    });
    const groups = data.map(({ labels }: { labels: { groupLabel: string } }) => labels.groupLabel);
    expect([...new Set(groups)]).toEqual([
      'Deployment creation',
      'Deployment deletion',
      'Importance change',
      'Model replacement',
      'Secondary dataset configuration change',
      'Status change',
      'Monitoring data removal',
    ]);
    expect(
      data
        .slice(0, 6)
        .map((choice: { labels: { label: string }; intendedAction: { condition: { values: unknown } } }) => [
          choice.labels.label,
          choice.intendedAction.condition.values,
        ]),
    ).toEqual([
      ['Any importance', null],
      ['Critical importance', ['CRITICAL']],
      ['High importance', ['HIGH']],
      ['Moderate importance', ['MODERATE']],
      ['Low importance', ['LOW']],
      ['Importance above moderate', ['CRITICAL', 'HIGH']],
    ]);
  });

  it('each make a policy', async () => {
    const { data } = (await g.call('admin', 'GET', 'approvalPolicyTriggers/')).json;
    for (const choice of [data[0], data[41]]) {
      const answer = await g.call(
        'admin',
        'POST',
        'approvalPolicies/',
        policyBody({ active: false, trigger: choice }),
      );
      expect([answer.status, answer.json.trigger]).toEqual([201, choice]);
      await g.deletePolicy(answer.json.id as string);
    }
  });
});

describe('the policy that matches', () => {
  const match = async (who: string, query: string) => {
    const answer = await g.call(who, 'GET', `approvalPolicyMatch/?${query}`);
    expect(answer.status).toBe(200);
    return answer.json;
  };
  const condition = (values: readonly string[] | null) => ({
    condition: 'equals',
    fieldName: 'importance',
    values,
  });
  const watching = (entityType: string, values?: readonly string[] | null, filterGroups?: object[]) =>
    policyBody({
      name: 'match',
      trigger: {
        entityType,
        ...(filterGroups && { filterGroups }),
        intendedAction: { action: 'update', ...(values !== undefined && { condition: condition(values) }) },
      },
    });

  it('is answered in camelCase with what was asked, null when there is none', async () => {
    expect(await match('mallory', 'entityType=DEPLOYMENT_CONFIG&action=UPDATE')).toEqual({
      action: 'update',
      entityType: 'deploymentConfig',
      fieldName: null,
      fieldValue: null,
      policyId: null,
    });
    expect(
      await match('mallory', 'entityType=DeploymentModel&action=Create&fieldName=label&fieldValue=x'),
    ).toEqual({
      action: 'create',
      entityType: 'deploymentModel',
      fieldName: 'label',
      fieldValue: 'x',
      policyId: null,
    });
  });

  it.each([
    '',
    'entityType=deployment',
    'action=update',
    'entityType=x&action=update',
    'entityType=deployment&action=UPDATe',
    'entityType=deployment&action=update&fieldValue=LOW',
    `entityType=deployment&action=update&fieldName=${'x'.repeat(51)}`,
    `entityType=deployment&action=update&fieldName=importance&fieldValue=${'x'.repeat(51)}`,
    'entityType=deployment&entityType=deployment&action=update',
  ])('?%s: 422', async (query) => {
    expect((await g.call('mallory', 'GET', `approvalPolicyMatch/?${query}`)).status).toBe(422);
  });

  it('holds its condition against the field that is asked for', async () => {
    const asked = 'entityType=deploymentStatus&action=update';
    await g.under(watching('deploymentStatus', ['CRITICAL', 'HIGH']), async (id) => {
      expect(await match('mallory', `${asked}&fieldName=importance&fieldValue=HIGH`)).toMatchObject({
        policyId: id,
      });
      for (const field of [
        '',
        '&fieldName=importance',
        '&fieldName=importance&fieldValue=LOW',
        '&fieldName=importance&fieldValue=high',
        '&fieldName=label&fieldValue=HIGH',
      ])
        expect(await match('mallory', asked + field)).toMatchObject({ policyId: null });
    });
    await g.under(watching('deploymentStatus', null), async (id) => {
      for (const field of ['', '&fieldName=importance', '&fieldName=importance&fieldValue=LOW'])
        expect(await match('mallory', asked + field)).toMatchObject({ policyId: id });
      expect(await match('mallory', `${asked}&fieldName=label`)).toMatchObject({ policyId: null });
    });
  });

  it('is only for members of its filter groups, where it has any', async () => {
    const asked = 'entityType=deploymentStatus&action=update';
    await g.under(watching('deploymentStatus', undefined, [{ id: 'legal' }, { id: 'empty' }]), async (id) => {
      expect(await match('lea', asked)).toMatchObject({ policyId: id });
      expect(await match('rita', asked)).toMatchObject({ policyId: null });
    });
  });

  it('is not one that is inactive', async () => {
    await g.under({ ...watching('deploymentStatus'), active: false }, async () => {
      expect(await match('lea', 'entityType=deploymentStatus&action=update')).toMatchObject({
        policyId: null,
      });
    });
  });

  it('is the most particular one, then the oldest', async () => {
    const asked = 'entityType=deploymentStatus&action=update&fieldName=importance&fieldValue=LOW';
    const byPreference = [
      watching('deploymentStatus', ['LOW'], [{ id: 'legal' }]),
      watching('deploymentStatus', ['LOW']),
      watching('deploymentStatus', null, [{ id: 'legal' }]),
      watching('deploymentStatus', null),
      watching('deploymentStatus', undefined, [{ id: 'legal' }]),
      watching('deploymentStatus'),
      watching('deploymentStatus'),
    ];
    const ids: string[] = [];
    // The most particular ones are made last, and the two that are alike in the order of preference.
    for (const index of [5, 6, 4, 3, 2, 1, 0]) {
      g.clock.advance(1);
      ids[index] = await g.policy(byPreference[index]);
    }
    for (const id of ids) {
      expect(await match('lea', asked)).toMatchObject({ policyId: id });
      await g.deletePolicy(id);
    }
    expect(await match('lea', asked)).toMatchObject({ policyId: null });
  });
});

describe('the requests held to a policy', () => {
  it('are listed for sharing, counted, and go on when the policy goes', async () => {
    const entityId = await g.deployment();
    const second = await g.deployment();
    const id = await g.policy(policyBody({ review: { groups: [{ id: 'risk' }] } }));
    const low = { importance: 'LOW' };
    const first = await g.request(entityId, 'changeImportance', low);
    g.clock.advance(10);
    const other = await g.request(second, 'changeImportance', low);
    expect((await g.call('admin', 'GET', `approvalPolicies/${id}/`)).json.openRequests).toBe(2);
    g.clock.advance(10);
    expect((await g.setStatus('owner', other.id, 'cancelled')).status).toBe(200);
    expect((await g.call('admin', 'GET', `approvalPolicies/${id}/`)).json.openRequests).toBe(1);

    const path = `approvalPolicies/${id}/shareableChangeRequests/`;
    const list = (await g.call('admin', 'GET', path)).json;
    expect(list).toEqual({
      count: 2,
      data: [
        {
          changeRequestId: other.id,
          createDate: other.createdAt,
          entityId: second,
          entityName: expect.stringMatching(/^d-/),
          requester: 'owner',
          state: 'CANCELLED',
          updateDate: expect.any(String),
          updatedBy: 'owner',
        },
        {
          changeRequestId: first.id,
          createDate: first.createdAt,
          entityId,
          entityName: expect.stringMatching(/^d-/),
          requester: 'owner',
          state: 'OPENED',
          updateDate: null,
          updatedBy: null,
        },
      ],
      next: null,
      previous: null,
      totalCount: 2,
    });
    // By state, requester and label as they are shown; what was never modified has no date.
    await g.call('owner', 'PATCH', `deployments/${entityId}/`, { label: 'zzz' });
    for (const [order, ascending] of [
      ['createDate', [first.id, other.id]],
      ['updateDate', [first.id, other.id]],
      ['state', [other.id, first.id]],
      ['entityName', [other.id, first.id]],
      ['requester', [first.id as string, other.id as string].toSorted((a, b) => (a < b ? -1 : 1))],
    ] as const) {
      const ordered = async (orderBy: string) =>
        (
          (await g.call('admin', 'GET', `${path}?orderBy=${orderBy}`)).json.data as {
            changeRequestId: string;
          }[]
        ).map(({ changeRequestId }) => changeRequestId);
      expect([order, await ordered(order)]).toEqual([order, ascending]);
      expect([order, await ordered(`-${order}`)]).toEqual([order, ascending.toReversed()]);
    }
    const oldest = (await g.call('admin', 'GET', `${path}?orderBy=createDate&limit=1`)).json;
    expect(oldest.data[0].changeRequestId).toBe(first.id);
    expect((await g.call('admin', 'GET', `${path}?orderBy=id`)).status).toBe(422);

    await g.deletePolicy(id);
    expect(await g.get(first.id as string)).toMatchObject({ status: 'pending', numApprovalsRequired: 1 });
    await g.setStatus('owner', first.id as string, 'cancelled');
  });
});
