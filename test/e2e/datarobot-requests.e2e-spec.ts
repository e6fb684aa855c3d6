import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Governance, policyBody, trigger } from '../support/governance-app.js';
import type { Answer } from '../support/http-client.js';

let g: Governance;
beforeAll(async () => {
  g = await Governance.start();
  await g.person('holder', { roles: ['engineer'] });
  for (const [kind, id, name] of [
    ['model', 'm-1', 'Churn GBM'],
    ['model', 'm-2', 'Churn forest'],
    ['modelPackage', 'p-1', 'Churn package'],
    ['secondaryDatasetsConfig', 'c-1', 'Customers'],
  ] as const)
    await g.native('PUT', `artifacts/${kind}/${id}`, { name });
});
afterAll(() => g.stop());

const NOWHERE = '00000000-0000-4000-8000-000000000000';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const LOW = { importance: 'LOW' };
const HIGH = { importance: 'HIGH' };
const groups = (...ids: string[]) => ({ groups: ids.map((id) => ({ id })) });
/** Changes of importance need these groups' approval. */
const needs = (...ids: string[]) => policyBody({ review: ids.length > 0 ? groups(...ids) : null });
const body = (entityId: string, action: string, change: unknown, more: object = {}) => ({
  entityType: 'deployment',
  entityId,
  action,
  autoApply: false,
  change,
  ...more,
});
const open = (entityId: string, more: object = {}) => g.request(entityId, 'changeImportance', HIGH, more);
const refused = (answer: Answer, status: number, message: string): void => {
  expect([answer.status, answer.json]).toEqual([status, { message }]);
};

describe('opening a request', () => {
  it('answers it whole, and shows it again', async () => {
    const entityId = await g.deployment();
    await g.under(needs('risk', 'legal'), async () => {
      const opened = await g.call('owner', 'POST', 'changeRequests/', {
        ...body(entityId, 'changeImportance', HIGH, { comment: 'It matters' }),
        entityType: 'Deployment',
      });
      expect(opened.status).toBe(201);
      expect(opened.json).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        entityType: 'deployment',
        entityId,
        action: 'changeImportance',
        change: HIGH,
        changeVersionId: expect.any(String),
        autoApply: false,
        comment: 'It matters',
        status: 'pending',
        statusChangedAt: null,
        statusChangedBy: null,
        numApprovalsRequired: 2,
        diff: { changesFrom: ['Importance: MODERATE'], changesTo: ['Importance: HIGH'] },
        userId: 'owner',
        userName: 'owner@example.com',
        userOperations: {
          canCancel: true,
          canComment: true,
          canResolve: false,
          canReview: false,
          canUpdate: true,
        },
        createdAt: expect.stringMatching(TIME),
        updatedAt: opened.json.createdAt,
        processedAt: null,
      });
      expect(opened.headers['etag']).toBe('"0"');
      const shown = await g.call('owner', 'GET', `changeRequests/${opened.json.id}/`);
      expect([shown.status, shown.text, shown.headers['etag']]).toEqual([200, opened.text, '"0"']);
    });
  });

  it('leaves a comment out that was never given', async () => {
    const opened = await open(await g.deployment());
    expect(opened).not.toHaveProperty('comment');
  });

  it('is one request for one idempotency key', async () => {
    const entityId = await g.deployment();
    const options = { headers: { 'idempotency-key': 'open-1' } };
    const first = await g.call(
      'owner',
      'POST',
      'changeRequests/',
      body(entityId, 'changeImportance', HIGH),
      options,
    );
    const again = await g.call(
      'owner',
      'POST',
      'changeRequests',
      body(entityId, 'changeImportance', HIGH),
      options,
    );
    expect([again.status, again.text]).toEqual([201, first.text]);
  });

  it.each<[string, unknown, unknown, readonly [string, ...string[]], readonly string[]]>([
    [
      'changeStatus',
      { status: 'inactive' },
      { status: 'inactive' },
      ['Status: active'],
      ['Status: inactive'],
    ],
    [
      'CHANGE_IMPORTANCE',
      { importance: 'CRITICAL' },
      { importance: 'CRITICAL' },
      ['Importance: MODERATE'],
      ['Importance: CRITICAL'],
    ],
    [
      'CleanupStats',
      { dataType: 'monitoring' },
      { dataType: 'monitoring', start: null, end: null, modelId: null },
      ['Monitoring data of all models from the beginning to the end is kept'],
      ['Monitoring data of all models from the beginning to the end is deleted'],
    ],
    [
      'cleanupStats',
      { dataType: 'monitoring', start: '2026-01-01T01:00:00+01:00', end: null, modelId: 'm-1' },
      { dataType: 'monitoring', start: '2026-01-01T00:00:00.000Z', end: null, modelId: 'm-1' },
      ['Monitoring data of Churn GBM (m-1) from 2026-01-01T00:00:00.000Z to the end is kept'],
      ['Monitoring data of Churn GBM (m-1) from 2026-01-01T00:00:00.000Z to the end is deleted'],
    ],
    ['delete', undefined, null, ['Deployment: {label} ({id})'], ['Deployment deleted']],
    ['delete', null, null, ['Deployment: {label} ({id})'], ['Deployment deleted']],
    [
      'delete',
      { ignoreManagementAgent: true },
      { ignoreManagementAgent: 'true' },
      ['Deployment: {label} ({id})'],
      ['Deployment deleted', 'Management agent is not waited for'],
    ],
    [
      'replaceModel',
      { modelId: 'm-1', replacementReason: 'data_drift' },
      { modelId: 'm-1', replacementReason: 'data_drift' },
      ['Model: churn (churn)'],
      ['Model: Churn GBM (m-1)', 'Replacement reason: data_drift'],
    ],
    [
      'replaceModelPackage',
      { modelPackageId: 'p-1', replacementReason: 'other' },
      { modelPackageId: 'p-1', replacementReason: 'other' },
      ['Model package: none'],
      ['Model package: Churn package (p-1)', 'Replacement reason: other'],
    ],
    [
      'updateSecondaryDatasetConfigs',
      { secondaryDatasetsConfigId: 'c-1' },
      { secondaryDatasetsConfigId: 'c-1' },
      ['Secondary datasets configuration: none'],
      ['Secondary datasets configuration: c-1'],
    ],
    [
      'replaceRoles',
      { allowedRoles: ['a', 'b'] },
      { allowedRoles: ['a', 'b'] },
      ['Allowed roles: none'],
      ['Allowed roles: a, b'],
    ],
  ])('of %s with %j', async (action, change, answered, from, to) => {
    const entityId = await g.deployment();
    const { label } = (await g.call('owner', 'GET', `deployments/${entityId}/`)).json;
    const answer = await g.call('owner', 'POST', 'changeRequests/', body(entityId, action, change));
    const filled = (lines: readonly string[]) =>
      lines.map((line) => line.replace('{label}', label as string).replace('{id}', entityId));
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({
      change: answered,
      status: 'approved',
      diff: { changesFrom: filled(from), changesTo: filled(to) },
    });
    // Applied on request, it says the same for good.
    expect((await g.setStatus('owner', answer.json.id as string, 'resolving')).status).toBe(200);
    expect(await g.resolved(answer.json.id as string)).toMatchObject({
      status: 'resolved',
      diff: answer.json.diff,
      change: answered,
      statusChangedBy: 'owner',
    });
  });

  it('moves traffic to another deployment when it deletes one', async () => {
    const [entityId, other] = [await g.deployment(), await g.deployment()];
    const { label } = (await g.call('owner', 'GET', `deployments/${other}/`)).json;
    const { diff } = await g.request(entityId, 'delete', { defaultDeploymentId: other });
    expect(diff.changesTo).toEqual(['Deployment deleted', `Traffic moves to deployment ${label} (${other})`]);
  });

  it.each<[object, readonly string[]]>([
    [{ action: undefined }, ['action']],
    [{ action: 'changeimportance' }, ['action']],
    [{ action: 'CHANGEIMPORTANCE' }, ['action']],
    [{ autoApply: undefined }, ['autoApply']],
    [{ autoApply: 'true' }, ['autoApply']],
    [{ entityId: undefined }, ['entityId']],
    [{ entityId: '' }, ['entityId']],
    [{ entityId: 5 }, ['entityId']],
    [{ entityType: undefined }, ['entityType']],
    [{ entityType: 'deploymentModel' }, ['entityType']],
    [{ comment: null }, ['comment']],
    [{ comment: '😀'.repeat(10_001) }, ['comment']],
    [{ change: undefined }, ['change']],
    [{ change: null }, ['change']],
    [{ change: [] }, ['change']],
    [{ change: {} }, ['change.importance']],
    [{ change: { importance: 'high' } }, ['change.importance']],
    [{ change: { importance: 'HIGH', why: 'x' } }, ['change.why']],
    [{ change: { status: 'active' } }, ['change.importance', 'change.status']],
    [{ action: 'delete', change: { importance: 'HIGH' } }, ['change.importance']],
  ])('with %j is refused: 422 at %j', async (more, fields) => {
    const entityId = await g.deployment();
    const before = await g.app.store.head();
    const answer = await g.call('owner', 'POST', 'changeRequests/', {
      ...body(entityId, 'changeImportance', HIGH),
      ...more,
    });
    expect([answer.status, Object.keys(answer.json.errors)]).toEqual([422, fields]);
    expect(answer.json.message).toBe(`${fields[0]}: ${answer.json.errors[fields[0] ?? '']}`);
    expect(await g.app.store.head()).toBe(before);
  });

  it.each<[string, object, string]>([
    ['replaceModel', { modelId: 'nothing', replacementReason: 'other' }, 'modelId'],
    ['replaceModelPackage', { modelPackageId: 'm-1', replacementReason: 'other' }, 'modelPackageId'],
    ['updateSecondaryDatasetConfigs', { secondaryDatasetsConfigId: 'x' }, 'secondaryDatasetsConfigId'],
    ['delete', { defaultDeploymentId: NOWHERE }, 'defaultDeploymentId'],
    ['cleanupStats', { dataType: 'monitoring', modelId: 'nothing' }, 'modelId'],
  ])('%s %j refers to something that is not there: 422 at change.%s', async (action, change, field) => {
    const answer = await g.call(
      'owner',
      'POST',
      'changeRequests/',
      body(await g.deployment(), action, change),
    );
    expect([answer.status, Object.keys(answer.json.errors)]).toEqual([422, [`change.${field}`]]);
  });

  it('needs an entity that is there and visible (404), then the right to change it (403)', async () => {
    const entityId = await g.deployment();
    const hidden = (who: string, id: string) =>
      g.call(who, 'POST', 'changeRequests/', body(id, 'changeImportance', HIGH));
    expect((await hidden('owner', NOWHERE)).status).toBe(404);
    expect((await hidden('owner', 'x')).status).toBe(404);
    expect((await hidden('mallory', entityId)).status).toBe(404);
    // Approval admins see everything, which gives them no right to change it.
    expect((await hidden('admin', entityId)).status).toBe(403);
  });

  it.each<[string, object, string]>([
    ['changeImportance', { importance: 'MODERATE' }, 'importance'],
    ['changeStatus', { status: 'active' }, 'status'],
    ['approve', { approvalStatus: 'APPROVED' }, 'approvalStatus'],
  ])('%s %j changes nothing: 409', async (action, change, field) => {
    const answer = await g.call(
      'owner',
      'POST',
      'changeRequests/',
      body(await g.deployment(), action, change),
    );
    refused(answer, 409, `The deployment already has this ${field}.`);
  });

  it('is refused while another one requests the same action: 409 names it', async () => {
    const entityId = await g.deployment();
    const { id } = await open(entityId);
    const again = await g.call('owner', 'POST', 'changeRequests/', body(entityId, 'changeImportance', LOW));
    refused(again, 409, `Change request ${id} already requests this action.`);
    expect((await g.request(entityId, 'changeStatus', { status: 'inactive' })).status).toBe('approved');
    await g.setStatus('owner', id as string, 'cancelled');
    expect((await g.request(entityId, 'changeImportance', LOW)).id).not.toBe(id);
  });

  it('of an archived deployment: 404', async () => {
    const entityId = await g.deployment();
    expect((await g.call('owner', 'DELETE', `deployments/${entityId}/`)).status).toBe(204);
    const answer = await g.call('owner', 'POST', 'changeRequests/', body(entityId, 'changeImportance', HIGH));
    expect(answer.status).toBe(404);
  });
});

describe('how many approvals it takes', () => {
  it('none without a policy: approved at once, by nobody, and applied at once where that was asked', async () => {
    const waiting = await open(await g.deployment());
    expect(waiting).toMatchObject({
      status: 'approved',
      numApprovalsRequired: 0,
      statusChangedAt: null,
      statusChangedBy: null,
      processedAt: null,
    });
    const entityId = await g.deployment();
    const { id } = await open(entityId, { autoApply: true });
    expect(await g.resolved(id as string)).toMatchObject({
      statusChangedAt: null,
      statusChangedBy: null,
      processedAt: expect.stringMatching(TIME),
      userOperations: {
        canCancel: false,
        canComment: false,
        canResolve: false,
        canReview: false,
        canUpdate: false,
      },
    });
    expect((await g.call('owner', 'GET', `deployments/${entityId}/`)).json.importance).toBe('HIGH');
  });

  it('one by an approval admin where the policy names no group', async () => {
    const entityId = await g.deployment();
    await g.under(needs(), async () => {
      const request = await open(entityId);
      expect(request).toMatchObject({ status: 'pending', numApprovalsRequired: 1 });
      refused(
        await g.review('mallory', request, 'approved'),
        404,
        `Change request '${request.id}' not found`,
      );
      expect((await g.review('admin', request, 'approved')).status).toBe(201);
      expect(await g.get(request.id as string)).toMatchObject({
        status: 'approved',
        statusChangedBy: 'admin',
      });
    });
  });

  it('one from each group, by as many people', async () => {
    const entityId = await g.deployment();
    await g.under(needs('risk', 'legal'), async () => {
      const request = await open(entityId);
      const statusAfter = async (who: string) => {
        expect((await g.review(who, request, 'APPROVED')).status).toBe(201);
        return (await g.get(request.id as string)).status as string;
      };
      // One person in both groups stands for both, but is one.
      expect(await statusAfter('both')).toBe('pending');
      expect(await statusAfter('both')).toBe('pending');
      expect(await statusAfter('rita')).toBe('approved');
    });
    const other = await g.deployment();
    await g.under(needs('risk', 'legal'), async () => {
      const request = await open(other);
      await g.review('rita', request, 'approved');
      await g.review('ron', request, 'approved');
      expect(await g.get(request.id as string)).toMatchObject({ status: 'pending' });
      await g.review('lea', request, 'approved');
      expect(await g.get(request.id as string)).toMatchObject({ status: 'approved', statusChangedBy: 'lea' });
    });
  });

  it('goes by the groups as they were when the review was given', async () => {
    const entityId = await g.deployment();
    await g.person('leaver', { groups: ['risk'] });
    await g.under(needs('risk', 'legal'), async () => {
      const request = await open(entityId);
      await g.review('leaver', request, 'approved');
      await g.native('PUT', 'users/leaver', { username: 'leaver', groups: [] });
      await g.review('lea', request, 'approved');
      expect(await g.get(request.id as string)).toMatchObject({ status: 'approved' });
    });
  });

  it('by the policy as it was when the version was made', async () => {
    const entityId = await g.deployment();
    await g.under(needs('risk', 'legal'), async (policyId) => {
      const request = await open(entityId);
      await g.call('admin', 'PUT', `approvalPolicies/${policyId}/`, needs('risk'));
      await g.review('rita', request, 'approved');
      expect(await g.get(request.id as string)).toMatchObject({ status: 'pending', numApprovalsRequired: 2 });
      // Another version is held to what the policy says then.
      const path = `changeRequests/${request.id}/`;
      const revised = (await g.call('owner', 'PATCH', path, { change: LOW })).json;
      expect(revised).toMatchObject({ status: 'pending', numApprovalsRequired: 1 });
      await g.review('rita', revised, 'approved');
      expect(await g.get(request.id as string)).toMatchObject({ status: 'approved' });
    });
  });

  it('as the condition on importance says, of the present one or the one asked for', async () => {
    const condition = { condition: 'equals', fieldName: 'importance', values: ['CRITICAL'] };
    const policy = policyBody({
      review: groups('risk'),
      trigger: { entityType: 'deployment', intendedAction: { action: 'update', condition } },
    });
    const moderate = await g.deployment();
    const critical = await g.deployment({ importance: 'CRITICAL' });
    await g.under(policy, async () => {
      const required = async (entityId: string, importance: string) =>
        (await g.request(entityId, 'changeImportance', { importance })).numApprovalsRequired as number;
      expect(await required(critical, 'LOW')).toBe(1);
      expect(await required(moderate, 'CRITICAL')).toBe(1);
      expect(await required(await g.deployment(), 'LOW')).toBe(0);
    });
  });
});

describe('whom a policy is for', () => {
  it('are the members of its filter groups, when they ask', async () => {
    await g.person('filtered', { groups: ['legal'] });
    const policy = policyBody({
      review: groups('risk'),
      trigger: trigger('deployment', 'update', { filterGroups: [{ id: 'legal' }] }),
    });
    await g.under(policy, async () => {
      const required = async (who: string) => {
        const entityId = await g.deployment({ owner: who });
        const request = (
          await g.call(who, 'POST', 'changeRequests/', body(entityId, 'changeImportance', HIGH))
        ).json;
        return [request.numApprovalsRequired, request.status];
      };
      expect(await required('filtered')).toEqual([1, 'pending']);
      expect(await required('owner')).toEqual([0, 'approved']);
      // The platform is in no group and has no address.
      const asked = await g.call(
        'platform',
        'POST',
        'changeRequests/',
        body(await g.deployment(), 'changeImportance', HIGH),
      );
      expect(asked.json).toMatchObject({ userId: 'platform', userName: null, status: 'approved' });
    });
  });

  it('are those who create what has the importance at its creation', async () => {
    const condition = { condition: 'equals', fieldName: 'importance', values: ['HIGH'] };
    const policy = policyBody({
      trigger: { entityType: 'deployment', intendedAction: { action: 'create', condition } },
    });
    await g.under(policy, async () => {
      for (const [importance, approvalStatus] of [
        ['HIGH', 'PENDING'],
        ['LOW', 'APPROVED'],
        [undefined, 'APPROVED'],
      ] as const) {
        const id = await g.deployment({ ...(importance && { importance }) });
        expect((await g.call('owner', 'GET', `deployments/${id}/`)).json).toMatchObject({ approvalStatus });
      }
    });
  });
});

describe('reviewing', () => {
  it('is answered, listed, filtered and shown', async () => {
    const entityId = await g.deployment();
    await g.under(needs('risk', 'legal'), async () => {
      const request = await open(entityId);
      const list = (query = '') => g.call('owner', 'GET', `changeRequests/${request.id}/reviews/${query}`);
      expect((await list()).json).toMatchObject({ count: 0, data: [], totalCount: 0 });
      const posted = await g.review('rita', request, 'CHANGES_REQUESTED', { comment: 'Why?' });
      expect(posted.status).toBe(201);
      expect(posted.json).toEqual({
        id: expect.any(String),
        changeRequestId: request.id,
        changeVersionId: request.changeVersionId,
        status: 'changesRequested',
        comment: 'Why?',
        createdAt: expect.stringMatching(TIME),
        userId: 'rita',
        userName: 'rita@example.com',
      });
      expect(posted.headers['x-event-position']).toMatch(/^\d+$/);
      g.clock.advance(1);
      const remark = (await g.review('owner', request, 'Commented')).json;
      expect(remark).not.toHaveProperty('comment');
      expect((await list()).json.data).toEqual([posted.json, remark]);
      expect((await list('?status=COMMENTED')).json.data).toEqual([remark]);
      expect((await list('?status=approved')).json.data).toEqual([]);
      expect((await list(`?changeVersionId=${request.changeVersionId}`)).json.totalCount).toBe(2);
      expect((await list('?changeVersionId=other')).json.totalCount).toBe(0);
      expect((await list('?limit=1')).json).toMatchObject({
        count: 1,
        totalCount: 2,
        next: expect.any(String),
      });
      for (const query of ['?status=x', '?status=commented&status=approved', '?limit=0'])
        expect((await list(query)).status).toBe(422);

      const path = `changeRequests/${request.id}/reviews/${posted.json.id}/`;
      const shown = await g.call('lea', 'GET', path);
      expect([shown.status, shown.text]).toEqual([200, posted.text]);
      const other = await open(await g.deployment());
      for (const elsewhere of [
        `changeRequests/${other.id}/reviews/${posted.json.id}/`,
        `changeRequests/${request.id}/reviews/${NOWHERE}/`,
        `changeRequests/${request.id}/reviews/%00/`,
      ])
        expect((await g.call('owner', 'GET', elsewhere)).status).toBe(404);
    });
  });

  it('may block, until whoever blocked approves', async () => {
    const entityId = await g.deployment();
    await g.under(needs('risk', 'legal'), async () => {
      const request = await open(entityId);
      const after = async (who: string, status: string) => {
        g.clock.advance(1);
        const answer = await g.review(who, request, status);
        expect(answer.status).toBe(201);
        const now = await g.get(request.id as string);
        return [now.status, now.statusChangedBy, now.statusChangedAt === answer.json.createdAt];
      };
      expect(await after('rita', 'changesRequested')).toEqual(['changesRequested', 'rita', true]);
      // A second one moves nothing, and neither does a comment or somebody else's approval.
      expect(await after('ron', 'changesRequested')).toEqual(['changesRequested', 'rita', false]);
      expect(await after('rita', 'commented')).toEqual(['changesRequested', 'rita', false]);
      expect(await after('lea', 'approved')).toEqual(['changesRequested', 'rita', false]);
      expect(await after('rita', 'approved')).toEqual(['changesRequested', 'rita', false]);
      expect(await after('ron', 'approved')).toEqual(['approved', 'ron', true]);
      // And an approved one can be blocked again.
      expect(await after('lea', 'changesRequested')).toEqual(['changesRequested', 'lea', true]);
      expect(await after('lea', 'approved')).toEqual(['approved', 'lea', true]);
    });
  });

  it('falls back to pending when the block is lifted before all have approved', async () => {
    const entityId = await g.deployment();
    await g.under(needs('risk', 'legal'), async () => {
      const request = await open(entityId);
      await g.review('rita', request, 'changesRequested');
      await g.review('rita', request, 'approved');
      expect(await g.get(request.id as string)).toMatchObject({ status: 'pending', statusChangedBy: 'rita' });
    });
  });

  it.each<[string, object, number, string]>([
    ['owner', { status: 'approved' }, 403, 'You cannot review your own change request.'],
    ['owner', { status: 'changesRequested' }, 403, 'You cannot review your own change request.'],
    ['lea', { status: 'approved' }, 404, ''],
    ['admin', { status: 'approved' }, 403, 'You are not a reviewer of this change request.'],
    ['platform', { status: 'approved' }, 403, 'You are not a reviewer of this change request.'],
    ['mallory', { status: 'commented' }, 404, ''],
    ['mallory', {}, 404, ''],
    ['rita', {}, 422, 'status: is required'],
    ['rita', { status: 'approve' }, 422, 'status: must be one of approved, changesRequested, commented'],
    ['rita', { status: 'approved', changeVersionId: 5 }, 422, 'changeVersionId: must be a string'],
    ['rita', { status: 'approved', changeVersionId: NOWHERE }, 422, 'The change request has no such version'],
    [
      'rita',
      { status: 'commented', comment: 'x'.repeat(10_001) },
      422,
      'comment: must have at most 10000 characters',
    ],
    ['admin', { status: 'bad' }, 422, 'status: must be one of approved, changesRequested, commented'],
  ])('by %s with %j: %i %s', async (who, review, status, message) => {
    const entityId = await g.deployment();
    await g.under(needs('risk'), async () => {
      const request = await open(entityId);
      const answer = await g.call(who, 'POST', `changeRequests/${request.id}/reviews/`, {
        changeVersionId: request.changeVersionId,
        ...review,
      });
      expect([answer.status, answer.json.message]).toEqual([
        status,
        message === '' ? `Change request '${request.id}' not found` : message,
      ]);
      expect(await g.eventsOf(request.id as string)).toEqual(['ChangeRequestOpened']);
    });
  });

  it('suggests whoever may, without the requester', async () => {
    const entityId = await g.deployment({ owner: 'ron' });
    await g.under(needs('risk'), async () => {
      const opened = await g.call('ron', 'POST', 'changeRequests/', body(entityId, 'changeImportance', HIGH));
      const path = `changeRequests/${opened.json.id}/suggestedReviewers/`;
      await g.review('rita', opened.json, 'approved');
      const list = (await g.call('ron', 'GET', path)).json;
      const shown = (userId: string) => ({ userId, username: userId, firstName: userId, lastName: null });
      expect(list).toMatchObject({ data: [shown('both'), shown('rita')], next: null, totalCount: 2 });
      const first = (await g.call('rita', 'GET', `${path}?limit=1`)).json;
      expect(first).toMatchObject({ count: 1, data: [shown('both')] });
      expect(first.next).toBe(`${g.app.url}/api/v2/${path}?limit=1&offset=1`);
      expect((await g.call('ron', 'GET', `${path}?limit=x`)).status).toBe(422);
      expect((await g.call('mallory', 'GET', `${path}?limit=x`)).status).toBe(404);
    });
    await g.under(needs(), async () => {
      const request = await open(await g.deployment());
      const list = (await g.call('owner', 'GET', `changeRequests/${request.id}/suggestedReviewers/`)).json;
      expect(list.data.map(({ userId }: { userId: string }) => userId)).toEqual(['admin']);
    });
  });
});

describe('changing a request', () => {
  it('in its change makes a version that needs approvals of its own', async () => {
    const entityId = await g.deployment();
    await g.under(needs('risk'), async () => {
      const first = await open(entityId);
      const path = `changeRequests/${first.id}/`;
      await g.review('rita', first, 'approved');
      g.clock.advance(5);
      const revised = await g.call('owner', 'PATCH', path, { change: LOW });
      expect(revised.status).toBe(200);
      expect(revised.json).toMatchObject({
        change: LOW,
        status: 'pending',
        statusChangedBy: 'owner',
        statusChangedAt: revised.json.updatedAt,
        diff: { changesTo: ['Importance: LOW'] },
      });
      expect(revised.json.changeVersionId).not.toBe(first.changeVersionId);
      expect(revised.json.updatedAt > first.updatedAt).toBe(true);

      // A verdict on what is gone is refused, a comment on it is taken; old reviews stay listed.
      refused(
        await g.review('rita', first, 'approved'),
        409,
        `The change was modified; the current version is ${revised.json.changeVersionId}.`,
      );
      expect((await g.review('rita', first, 'commented')).status).toBe(201);
      const reviews = (await g.call('owner', 'GET', `${path}reviews/`)).json;
      expect(reviews.data.map(({ status }: { status: string }) => status)).toEqual(['approved', 'commented']);
      await g.review('rita', revised.json, 'approved');
      expect(await g.get(first.id as string)).toMatchObject({ status: 'approved' });
    });
  });

  it('in its comment or autoApply, or with the same change, makes none', async () => {
    const entityId = await g.deployment();
    await g.under(needs('risk'), async () => {
      const first = await open(entityId);
      const path = `changeRequests/${first.id}/`;
      g.clock.advance(5);
      for (const nothing of [{}, { autoApply: false }, { change: { ...HIGH } }, { unknown: 1 }]) {
        const same = await g.call('owner', 'PATCH', path, nothing);
        expect([same.status, same.json]).toEqual([200, first]);
      }
      const more = (await g.call('owner', 'PATCH', path, { comment: '', autoApply: true })).json;
      expect(more).toEqual({ ...first, comment: '', autoApply: true, updatedAt: more.updatedAt });
      expect(more.updatedAt > first.updatedAt).toBe(true);
    });
  });

  it('to what says the same once defaults are filled in makes none', async () => {
    const span = { dataType: 'monitoring', start: '2026-01-01T01:00:00+01:00' };
    const first = await g.request(await g.deployment(), 'cleanupStats', span);
    for (const same of [
      { modelId: null, end: null, start: '2026-01-01T00:00:00Z', dataType: 'monitoring' },
      first.change,
    ])
      expect((await g.call('owner', 'PATCH', `changeRequests/${first.id}/`, { change: same })).json).toEqual(
        first,
      );
  });

  it('to apply itself applies one that is approved already', async () => {
    const { id } = await open(await g.deployment());
    await g.call('owner', 'PATCH', `changeRequests/${id}/`, { autoApply: true });
    expect(await g.resolved(id as string)).toMatchObject({ statusChangedBy: null, statusChangedAt: null });
  });

  it('that needs no approvals leaves it approved', async () => {
    const { id } = await open(await g.deployment());
    const revised = (await g.call('owner', 'PATCH', `changeRequests/${id}/`, { change: LOW })).json;
    expect(revised).toMatchObject({ status: 'approved', change: LOW, statusChangedAt: null });
  });

  it.each<[string, unknown, number, string]>([
    ['mallory', {}, 404, 'not found'],
    ['mallory', { autoApply: 5 }, 404, 'not found'],
    ['rita', { autoApply: 'true' }, 422, 'autoApply: must be true or false, not a string'],
    ['owner', { autoApply: null }, 422, 'autoApply: must be true or false, not a string'],
    ['owner', { comment: null }, 422, 'comment: must be a string'],
    ['owner', { change: null }, 422, 'change: must be a JSON object'],
    ['owner', { change: { status: 'active' } }, 422, 'change.importance: is required'],
    ['owner', [], 422, 'body: must be a JSON object'],
    ['rita', { comment: 'mine' }, 403, 'Only the requester can update this change request.'],
    ['admin', { change: LOW }, 403, 'Only the requester can update this change request.'],
    ['owner', { change: { importance: 'MODERATE' } }, 409, 'The deployment already has this importance.'],
  ])('by %s with %j: %i %s', async (who, change, status, message) => {
    const entityId = await g.deployment();
    await g.under(needs('risk'), async () => {
      const { id } = await open(entityId);
      const answer = await g.call(who, 'PATCH', `changeRequests/${id}/`, change);
      expect(answer.status).toBe(status);
      expect(answer.json.message).toContain(message);
      expect(await g.eventsOf(id as string)).toEqual(['ChangeRequestOpened']);
    });
  });
});

describe('resolving and cancelling', () => {
  it('answers where to look for the outcome', async () => {
    const entityId = await g.deployment();
    const { id } = await open(entityId);
    const answer = await g.setStatus('owner', id as string, 'RESOLVING');
    expect([answer.status, answer.json]).toEqual([200, { status: 'resolving' }]);
    const location = answer.headers['location'] ?? '';
    expect(location.startsWith(`${g.app.url}/api/v2/status/`)).toBe(true);
    expect(location.endsWith('/')).toBe(true);
    await g.resolved(id as string);
    const done = await g.call('owner', 'GET', new URL(location).pathname);
    expect([done.status, done.headers['location'], done.text]).toEqual([
      303,
      `${g.app.url}/api/v2/changeRequests/${id}/`,
      '',
    ]);
    expect((await g.call('mallory', 'GET', new URL(location).pathname)).status).toBe(404);
    expect(await g.eventsOf(id as string)).toEqual([
      'ChangeRequestOpened',
      'ChangeRequestApproved',
      'ChangeApplicationStarted',
      'ChangeRequestResolved',
    ]);
  });

  it('cancelled is where the request itself is', async () => {
    const { id } = await open(await g.deployment());
    g.clock.advance(3);
    const answer = await g.setStatus('owner', id as string, 'cancelled');
    expect([answer.status, answer.json, answer.headers['location']]).toEqual([
      200,
      { status: 'cancelled' },
      `${g.app.url}/api/v2/changeRequests/${id}/`,
    ]);
    const cancelled = await g.get(id as string);
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      statusChangedBy: 'owner',
      processedAt: cancelled.statusChangedAt,
      updatedAt: cancelled.statusChangedAt,
    });
  });

  it('freezes the difference, which was live before', async () => {
    const entityId = await g.deployment();
    const { id } = await open(entityId);
    expect((await g.call('owner', 'PATCH', `deployments/${entityId}/`, LOW)).status).toBe(204);
    expect((await g.get(id as string)).diff.changesFrom).toEqual(['Importance: LOW']);
    await g.setStatus('owner', id as string, 'cancelled');
    await g.call('owner', 'PATCH', `deployments/${entityId}/`, { importance: 'CRITICAL' });
    expect((await g.get(id as string)).diff.changesFrom).toEqual(['Importance: LOW']);
  });

  it('is applied by the system as soon as the last one approves, where that was asked', async () => {
    const entityId = await g.deployment();
    await g.under(needs('risk'), async () => {
      const request = await open(entityId, { autoApply: true });
      await g.review('rita', request, 'approved');
      expect(await g.resolved(request.id as string)).toMatchObject({
        statusChangedAt: null,
        statusChangedBy: null,
        processedAt: expect.stringMatching(TIME),
      });
      expect((await g.call('owner', 'GET', `deployments/${entityId}/`)).json.importance).toBe('HIGH');
    });
  });

  it('is applied once, however many approve at the same moment', async () => {
    const entityId = await g.deployment();
    await g.under(needs('risk'), async () => {
      const request = await open(entityId, { autoApply: true });
      const answers = await Promise.all(
        ['rita', 'ron', 'both'].map((who) => g.review(who, request, 'approved')),
      );
      expect(answers.map(({ status }) => status).every((status) => status === 201 || status === 409)).toBe(
        true,
      );
      await g.resolved(request.id as string);
      const events = await g.eventsOf(request.id as string);
      expect(events.filter((type) => type === 'ChangeApplicationStarted')).toHaveLength(1);
      expect(events.filter((type) => type === 'ChangeRequestResolved')).toHaveLength(1);
    });
  });

  it('succeeds when the deployment already is as it was to become', async () => {
    const entityId = await g.deployment();
    const { id } = await open(entityId);
    await g.call('owner', 'PATCH', `deployments/${entityId}/`, HIGH);
    await g.setStatus('owner', id as string, 'resolving');
    await g.resolved(id as string);
  });

  it('says why it failed, and may be tried again', async () => {
    const entityId = await g.deployment();
    await g.native('PUT', 'artifacts/model/m-gone', { name: 'Gone' });
    const { id } = await g.request(entityId, 'replaceModel', {
      modelId: 'm-gone',
      replacementReason: 'other',
    });
    await g.native('DELETE', 'artifacts/model/m-gone');
    const answer = await g.setStatus('owner', id as string, 'resolving');
    expect(answer.status).toBe(200);
    const path = new URL(answer.headers['location'] ?? '').pathname;
    let status = await g.call('owner', 'GET', path);
    while (status.json.status === 'RUNNING') status = await g.call('owner', 'GET', path);
    expect([status.status, status.json]).toEqual([
      200,
      { statusId: expect.any(String), status: 'ERROR', message: expect.stringContaining('m-gone') },
    ]);
    const failed = await g.get(id as string);
    expect(failed).toMatchObject({ status: 'approved', processedAt: null, statusChangedAt: null });
    expect(failed.userOperations).toMatchObject({ canResolve: true, canCancel: true, canUpdate: true });

    await g.native('PUT', 'artifacts/model/m-gone', { name: 'Back' });
    await g.setStatus('owner', id as string, 'resolving');
    await g.resolved(id as string);
    expect(await g.eventsOf(id as string)).toContain('ChangeApplicationFailed');
    // Each try has an outcome of its own.
    expect((await g.call('owner', 'GET', path)).json.status).toBe('ERROR');
  });

  it('is what happens to the others when the deployment is deleted', async () => {
    const entityId = await g.deployment();
    const other = await open(entityId);
    const { id } = await g.request(entityId, 'delete', undefined, { autoApply: true });
    await g.resolved(id as string);
    expect(await g.until(other.id as string, ({ status }) => status === 'cancelled')).toMatchObject({
      statusChangedBy: null,
      statusChangedAt: null,
    });
    expect((await g.call('owner', 'GET', `deployments/${entityId}/`)).status).toBe(404);
    expect((await g.call('owner', 'GET', `changeRequests/${id}/`)).status).toBe(200);
    expect((await g.call('admin', 'GET', `changeRequests/${id}/`)).status).toBe(200);
  });

  it('leaves the request of a deletion to the requester, the reviewers and admins', async () => {
    const entityId = await g.deployment({ roles: ['engineer'] });
    const policy = policyBody({ review: groups('risk'), trigger: trigger('deployment', 'delete') });
    await g.under(policy, async () => {
      const request = await g.request(entityId, 'delete', undefined, { autoApply: true });
      const path = `changeRequests/${request.id}/`;
      const listed = `changeRequests/?entityType=deployment&entityId=${entityId}`;
      const seenBy = async () => {
        const seen: string[] = [];
        for (const who of ['owner', 'rita', 'admin', 'holder', 'lea', 'mallory']) {
          const alone = (await g.call(who, 'GET', path)).status === 200;
          expect([who, (await g.call(who, 'GET', listed)).json.totalCount]).toEqual([who, alone ? 1 : 0]);
          if (alone) seen.push(who);
        }
        return seen;
      };
      expect(await seenBy()).toEqual(['owner', 'rita', 'admin', 'holder']);
      await g.review('rita', request, 'approved');
      await g.resolved(request.id as string);
      expect(await seenBy()).toEqual(['owner', 'rita', 'admin']);
    });
  });

  it.each<[string, unknown, number, string]>([
    ['mallory', {}, 404, 'not found'],
    ['owner', {}, 422, 'status: is required'],
    ['owner', { status: 'resolved' }, 422, 'status: must be one of cancelled, resolving'],
    ['rita', { status: 'x' }, 422, 'status: must be one of cancelled, resolving'],
    ['rita', { status: 'cancelled' }, 403, 'You cannot cancel this change request.'],
    ['rita', { status: 'resolving' }, 403, 'You cannot resolve this change request.'],
    ['owner', { status: 'resolving' }, 409, 'Only an approved change request can be resolved.'],
    ['admin', { status: 'resolving' }, 409, 'Only an approved change request can be resolved.'],
  ])('by %s with %j: %i %s', async (who, status, code, message) => {
    const entityId = await g.deployment();
    await g.under(needs('risk'), async () => {
      const { id } = await open(entityId);
      const answer = await g.call(who, 'PATCH', `changeRequests/${id}/status/`, status);
      expect(answer.status).toBe(code);
      expect(answer.json.message).toContain(message);
    });
  });

  it.each([
    ['owner', 'cancelled', 'cancelled'],
    ['admin', 'cancelled', 'cancelled'],
    ['admin', 'resolving', 'resolved'],
    ['platform', 'resolving', 'resolved'],
  ])('by %s: %s', async (who, status, outcome) => {
    const { id } = await open(await g.deployment());
    expect((await g.setStatus(who, id as string, status)).status).toBe(200);
    await g.until(id as string, (request) => request['status'] === outcome);
  });

  it.each(['resolved', 'cancelled'])('is the end: every write on a %s one is refused', async (end) => {
    const request = await open(await g.deployment());
    const id = request.id as string;
    await g.setStatus('owner', id, end === 'resolved' ? 'resolving' : 'cancelled');
    await g.until(id, ({ status }) => status === end);
    const before = await g.eventsOf(id);
    const message = `The change request is already ${end}.`;
    for (const status of ['resolving', 'cancelled'])
      refused(await g.setStatus('owner', id, status), 409, message);
    for (const change of [{ comment: 'x' }, { change: LOW }, {}])
      refused(await g.call('owner', 'PATCH', `changeRequests/${id}/`, change), 409, message);
    refused(await g.review('admin', request, 'approved'), 409, message);
    refused(await g.review('owner', request, 'commented'), 409, message);
    expect(await g.eventsOf(id)).toEqual(before);
    expect((await g.get(id)).userOperations).toEqual({
      canCancel: false,
      canComment: false,
      canResolve: false,
      canReview: false,
      canUpdate: false,
    });
  });
});

it('a request that its deployment is gone for is refused like any other that is closed', async () => {
  const entityId = await g.deployment({ roles: ['engineer'] });
  const { id } = await g.request(entityId, 'replaceRoles', { allowedRoles: ['other'] });
  await g.call('owner', 'DELETE', `deployments/${entityId}/`);
  await g.until(id as string, ({ status }) => status === 'cancelled');
  const change = { change: { allowedRoles: ['third'] } };
  const path = `changeRequests/${id}/`;
  refused(await g.call('owner', 'PATCH', path, change), 409, 'The change request is already cancelled.');
  refused(
    await g.call('admin', 'PATCH', path, change),
    403,
    'Only the requester can update this change request.',
  );
});

describe('what each may do', () => {
  it.each<[string, string]>([
    ['owner', 'cancel comment update'],
    ['rita', 'comment review'],
    ['admin', 'cancel comment'],
    ['platform', 'cancel comment'],
    ['holder', 'comment'],
  ])('while it is pending: %s may %s', async (who, expected) => {
    const entityId = await g.deployment({ roles: ['engineer'] });
    await g.under(needs('risk'), async () => {
      const { id } = await open(entityId);
      const { userOperations } = await g.get(id as string, who);
      const allowed = Object.entries(userOperations as object).flatMap(([name, may]) =>
        may === true ? [name.slice(3).toLowerCase()] : [],
      );
      expect(allowed.sort().join(' ')).toBe(expected);
    });
  });

  it.each<[string, boolean]>([
    ['owner', true],
    ['admin', true],
    ['rita', false],
  ])('once it is approved: %s may resolve: %j', async (who, expected) => {
    const entityId = await g.deployment();
    await g.under(needs('risk'), async () => {
      const request = await open(entityId);
      await g.review('rita', request, 'approved');
      expect((await g.get(request.id as string, who)).userOperations.canResolve).toBe(expected);
    });
  });
});

describe('a new deployment under a policy', () => {
  it('opens its request by itself, and is approved by it', async () => {
    const policy = policyBody({ review: groups('risk'), trigger: trigger('deployment', 'create') });
    await g.under(policy, async () => {
      const table = { schema: 's', table: 't' };
      const created = await g.call('owner', 'POST', '/api/models/gated/deployments', {
        name: 'gated',
        owner: 'owner',
        model: { model_name: 'gated', model_version: '1' },
        source: table,
        target: table,
        entity_columns: ['id'],
        domain: 'd',
      });
      expect(created.status).toBe(201);
      const path = `deployments/${created.json.deployment_id}/`;
      let deployment = (await g.call('owner', 'GET', path)).json;
      while (deployment.openedChangeRequests.length === 0)
        deployment = (await g.call('owner', 'GET', path)).json;
      expect(deployment).toMatchObject({
        approvalStatus: 'PENDING',
        governance: { approvalStatus: 'PENDING', hasOpenedChangeRequests: true },
      });
      const request = await g.get(deployment.openedChangeRequests[0] as string);
      expect(request).toMatchObject({
        action: 'approve',
        change: { approvalStatus: 'APPROVED' },
        autoApply: true,
        status: 'pending',
        userId: 'owner',
        diff: { changesFrom: ['Approval status: PENDING'], changesTo: ['Approval status: APPROVED'] },
      });
      await g.review('rita', request, 'approved');
      await g.resolved(request.id as string);
      expect((await g.call('owner', 'GET', path)).json).toMatchObject({
        approvalStatus: 'APPROVED',
        governance: { approvalStatus: 'APPROVED', hasOpenedChangeRequests: false },
        openedChangeRequests: [],
      });
    });
  });
});

describe('the list of requests', () => {
  const ids: string[] = [];
  let entities: string[];

  beforeAll(async () => {
    entities = [
      await g.deployment({ owner: 'lister' }),
      await g.deployment({ owner: 'lister' }),
      await g.deployment({ owner: 'lister' }),
    ];
    await g.person('lister');
    await g.person('sharer');
    await g.under(needs('risk'), async () => {
      for (const [index, entityId] of entities.entries()) {
        g.clock.advance(10);
        const answer = await g.call(
          'lister',
          'POST',
          'changeRequests/',
          body(entityId, 'changeImportance', HIGH),
        );
        ids[index] = answer.json.id as string;
      }
    });
    g.clock.advance(10);
    // 3: approved at once; 0: cancelled; 2: changes requested; 1 stays pending.
    const approved = await g.call(
      'lister',
      'POST',
      'changeRequests/',
      body(entities[0] as string, 'changeStatus', { status: 'inactive' }),
    );
    ids[3] = approved.json.id as string;
    g.clock.advance(10);
    await g.setStatus('lister', ids[0] as string, 'cancelled');
    g.clock.advance(10);
    const blocked = await g.get(ids[2] as string, 'rita');
    await g.review('rita', blocked, 'changesRequested');
  });

  const list = (query: string, who = 'lister') =>
    g.call(who, 'GET', `changeRequests/?entityType=deployment${query}`);
  const found = async (query: string, who = 'lister') =>
    ((await list(query, who)).json.data as { id: string }[]).map(({ id }) => ids.indexOf(id));

  it.each([
    ['', [3, 2, 1, 0]],
    ['&orderBy=createdAt', [0, 1, 2, 3]],
    ['&orderBy=-createdAt', [3, 2, 1, 0]],
    ['&orderBy=updatedAt', [1, 3, 0, 2]],
    ['&orderBy=-updatedAt', [2, 0, 3, 1]],
    ['&status=pending', [1]],
    ['&status=PENDING,changesRequested', [2, 1]],
    ['&status=Pending&status=CHANGES_REQUESTED', [2, 1]],
    ['&status=resolved', []],
    ['&showApproved=true', [3]],
    ['&showApproved=False', [2, 1, 0]],
    ['&showCancelled=True', [0]],
    ['&showCancelled=false', [3, 2, 1]],
    ['&showApproved=true&showCancelled=true', []],
    ['&showApproved=false&showCancelled=false', [2, 1]],
    ['&status=cancelled&showCancelled=false', []],
    ['&myRequests=true', [3, 2, 1, 0]],
    ['&myRequests=false', []],
    ['&entityId=nothing', []],
    ['&limit=2&offset=1', [2, 1]],
  ] as const)('%s', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it('puts what is not processed last, either way', async () => {
    for (const order of ['processedAt', '-processedAt'])
      expect((await found(`&orderBy=${order}`))[0]).toBe(0);
  });

  it('of one entity or several', async () => {
    const [a, b] = entities;
    expect(await found(`&entityId=${a}`)).toEqual([3, 0]);
    expect(await found(`&entityId=${a},${b}`)).toEqual([3, 1, 0]);
    expect(await found(`&entityId=${a}&entityId=${b}&status=pending`)).toEqual([1]);
  });

  it('holds only what the caller may see', async () => {
    expect(await found('', 'mallory')).toEqual([]);
    const all = (who: string) => found('&limit=1000', who).then((seen) => seen.filter((index) => index >= 0));
    // Reviewers see what they review; approval admins see all.
    expect(await all('rita')).toEqual([2, 1, 0]);
    expect(await all('admin')).toEqual([3, 2, 1, 0]);
    expect((await found('&myRequests=true', 'rita')).length).toBe(0);
    expect((await found('&myRequests=false&limit=1000', 'rita')).filter((index) => index >= 0)).toEqual([
      2, 1, 0,
    ]);
  });

  it('answers each as it is answered alone, for the caller', async () => {
    const { data } = (await list(`&entityId=${entities[1]}`, 'rita')).json;
    expect(data[0]).toEqual(await g.get(ids[1] as string, 'rita'));
  });

  it('has links that keep every filter', async () => {
    const { next, previous, totalCount } = (
      await list('&status=pending,cancelled&status=approved&limit=1&offset=1')
    ).json;
    const base = `${g.app.url}/api/v2/changeRequests/?entityType=deployment&status=pending%2Ccancelled&status=approved&limit=1`;
    expect([next, previous, totalCount]).toEqual([`${base}&offset=2`, `${base}&offset=0`, 3]);
  });

  it.each([
    ['status=x', 'status'],
    ['status=', 'status'],
    ['status=pending,,approved', 'status'],
    ['entityId=', 'entityId'],
    ['myRequests=TRUE', 'myRequests'],
    ['myRequests=1', 'myRequests'],
    ['showApproved=yes', 'showApproved'],
    ['showCancelled=', 'showCancelled'],
    ['showCancelled=true&showCancelled=true', 'showCancelled'],
    ['orderBy=id', 'orderBy'],
    ['orderBy=--createdAt', 'orderBy'],
    ['orderBy=CreatedAt', 'orderBy'],
    ['limit=1001', 'limit'],
    ['offset=-1', 'offset'],
    ['entityType=deployment', 'entityType'],
  ])('&%s: 422 at %s', async (query, field) => {
    const answer = await list(`&${query}`);
    expect([answer.status, Object.keys(answer.json.errors)]).toEqual([422, expect.arrayContaining([field])]);
  });

  it.each(['', '?entityType=', '?entityType=deploymentModel', '?entityType=deploymenT'])(
    'without the type of entity (%s): 422',
    async (query) => {
      expect((await g.call('lister', 'GET', `changeRequests/${query}`)).status).toBe(422);
    },
  );
});
