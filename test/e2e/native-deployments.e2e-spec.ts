import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { Clock } from '../../src/platform/clock/clock.js';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenUserWithPsk } from '../support/governed.js';
import { readLog } from '../support/history.js';
import type { Answer } from '../support/http-client.js';

const NOBODY = '00000000-0000-4000-8000-000000000000';

/** Moves only when it is told to. */
class HandClock extends Clock {
  private time = Date.parse('2026-03-01T10:00:00.000Z');

  now(): Date {
    return new Date(this.time);
  }

  forward(milliseconds: number): void {
    this.time += milliseconds;
  }
}

describe('GET /governance/v1/deployments/{id}', () => {
  const clock = new HandClock();
  let app: App;
  let id: string;
  let log: readonly RecordedEvent[];

  const get = (asOf?: string, options: object = { psk: app.platformPsk }, entity = id): Promise<Answer> =>
    app.request(
      'GET',
      `/governance/v1/deployments/${entity}${asOf === undefined ? '' : `?asOf=${encodeURIComponent(asOf)}`}`,
      options,
    );

  const rolesAt = async (asOf: string): Promise<unknown> =>
    ((await get(asOf)).json as { allowedRoles: unknown }).allowedRoles;

  /** At 10:00:10 without roles, then `one` at :20 and `two` at :30; another deployment at :40. */
  beforeAll(async () => {
    app = await startApp({ clock });
    clock.forward(10_000);
    id = await givenDeployment(app, 'prod', { owner: 'alice' });
    for (const role of ['one', 'two']) {
      clock.forward(10_000);
      const answer = await app.request('PUT', '/api/models/churn/deployments/prod/allowed_roles', {
        psk: app.platformPsk,
        body: { allowed_roles: [role] },
      });
      expect(answer.status).toBe(200);
    }
    clock.forward(10_000);
    await givenDeployment(app, 'later');
    log = await readLog(app.store);
  });

  afterAll(() => app.stop());

  const mine = (): readonly RecordedEvent[] => log.filter(({ stream }) => stream === `deployment-${id}`);

  it('shows the governed state now, and the point of the log that this is', async () => {
    const answer = await get();
    const newest = log.at(-1);
    const revision = mine().at(-1)?.revision.toString();
    expect(answer.status).toBe(200);
    expect(answer.headers['etag']).toBe(`"${revision}"`);
    expect(answer.json).toEqual({
      deploymentId: id,
      model: 'churn',
      name: 'prod',
      label: 'prod',
      type: 'online',
      status: 'active',
      domain: 'risk',
      owner: 'alice',
      importance: 'MODERATE',
      approvalStatus: 'APPROVED',
      allowedRoles: ['two'],
      modelId: null,
      modelPackageId: null,
      secondaryDatasetsConfigId: null,
      openChangeRequests: [],
      revision,
      asOf: { position: newest?.position.toString(), time: newest?.metadata.occurredAt },
    });
  });

  it('shows the state as of every position since it was born', async () => {
    let roles: unknown = 'unborn';
    for (const event of log) {
      const position = event.position.toString();
      if (event.stream === `deployment-${id}`) {
        if (event.type === 'DeploymentRegistered') roles = null;
        if (event.type === 'RolesReplaced') roles = event.data['after'];
      }
      const answer = await get(position);
      if (roles === 'unborn') expect(answer.status).toBe(404);
      else expect(answer.json).toMatchObject({ allowedRoles: roles, asOf: { position } });
    }
  });

  it('takes a position beyond the end for now', async () => {
    expect((await get('999999999999999999')).json).toEqual((await get()).json);
  });

  it.each([
    ['2026-03-01T10:00:10.000Z', null],
    ['2026-03-01T10:00:19.999Z', null],
    ['2026-03-01T10:00:20Z', ['one']],
    ['2026-03-01T11:00:29.9999+01:00', ['one']],
    ['2026-03-01T10:00:30.000Z', ['two']],
    ['2026-03-01T10:00:40.000Z', ['two']],
    // Within what two clocks may differ.
    ['2026-03-01T10:00:45.000Z', ['two']],
  ])('shows the state as of the time %s', async (asOf, roles) => {
    expect(await rolesAt(asOf)).toEqual(roles);
  });

  it('says up to which event a time reached', async () => {
    const [first] = mine();
    const last = mine().findLast(({ metadata }) => metadata.occurredAt === first?.metadata.occurredAt);
    expect((await get('2026-03-01T10:00:15.000Z')).json).toMatchObject({
      revision: last?.revision.toString(),
      asOf: { position: last?.position.toString(), time: '2026-03-01T10:00:10.000Z' },
    });
  });

  it.each([
    'yesterday',
    '',
    '-1',
    '1.5',
    '0x10',
    '9999999999999999999',
    '2026-03-01',
    '2026-03-01T10:00:00',
    '2026-02-29T10:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T10:00:45.001Z',
    '2999-01-01T00:00:00Z',
  ])('refuses asOf=%j', async (asOf) => {
    const answer = await get(asOf);
    expect([answer.status, (answer.json as { errors: unknown[] }).errors]).toEqual([
      422,
      [{ pointer: '/query/asOf', detail: expect.any(String) }],
    ]);
  });

  it.each([
    ['before it was', () => get('2026-03-01T10:00:09.999Z')],
    ['an unknown id', () => get(undefined, { psk: app.platformPsk }, NOBODY)],
    ['an id that is none', () => get(undefined, { psk: app.platformPsk }, 'prod')],
    ['an unknown id at a position', () => get('1', { psk: app.platformPsk }, NOBODY)],
  ])('knows no deployment: %s', async (_, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({ type: 'urn:countersign:problem:deployment-not-found', status: 404 });
  });

  it('is for the platform and administrators; others learn first what does not exist or does not fit', async () => {
    const { psk } = await givenUserWithPsk(app, 'bob');
    const admin = await givenUserWithPsk(app, 'root', { roles: ['governance-admin'] });
    expect((await get(undefined, { psk: admin.psk })).status).toBe(200);
    expect((await get(undefined, { psk })).status).toBe(403);
    expect((await get(undefined, { psk }, NOBODY)).status).toBe(404);
    expect((await get('nonsense', { psk })).status).toBe(422);
    expect((await get('nonsense', {})).status).toBe(401);
  });
});

describe('POST /governance/v1/deployments/{id}/status', () => {
  let app: App;
  let id: string;

  const report = (body: unknown, options: object = {}, entity = id): Promise<Answer> =>
    app.request('POST', `/governance/v1/deployments/${entity}/status`, {
      psk: app.platformPsk,
      body,
      ...options,
    });

  beforeAll(async () => {
    app = await startApp({ env: { SERVING_PLATFORM: 'reports' } });
    id = await givenDeployment(app, 'prod');
  });

  afterAll(() => app.stop());

  it('records what the serving platform says, and nothing when it says the same again', async () => {
    expect((await report({ status: 'deploying', replica_count: 2 })).json).toMatchObject({
      status: 'deploying',
    });
    const active = {
      status: 'active',
      service_url: 'http://churn:8080',
      ready_replicas: 2,
      error_message: null,
    };
    const answer = await report(active);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ deploymentId: id, status: 'active', revision: '2' });
    expect(answer.headers['etag']).toBe('"2"');
    const position = answer.headers['x-event-position'];
    expect(answer.json).toMatchObject({ asOf: { position } });
    const again = await report(active);
    expect([again.status, again.headers['x-event-position']]).toEqual([200, position]);
    const shown = await app.request('GET', '/api/models/churn/deployments/prod', { psk: app.platformPsk });
    expect(shown.json).toMatchObject({
      status: 'active',
      service_url: 'http://churn:8080',
      replica_count: 2,
    });
  });

  it('refuses a report that the present status does not allow', async () => {
    const other = await givenDeployment(app, 'other');
    const answer = await report({ status: 'active' }, {}, other);
    expect(answer.status).toBe(409);
  });

  it('asks in order: whether it fits, whether it exists, who may, which revision', async () => {
    const { psk } = await givenUserWithPsk(app, 'bob');
    expect((await report({ status: 'gone' }, { psk }, NOBODY)).status).toBe(422);
    expect((await report({ status: 'active' }, { psk }, NOBODY)).status).toBe(404);
    expect((await report({ status: 'active' }, { psk, headers: { 'if-match': '"99"' } })).status).toBe(403);
    expect((await report({ status: 'active' }, { headers: { 'if-match': '"99"' } })).status).toBe(412);
  });

  it.each([
    [{}, ['/status']],
    [{ status: 'stopped' }, ['/status']],
    [{ status: 'active', replica_count: -1 }, ['/replica_count']],
    [{ status: 'active', ready_replicas: 1.5 }, ['/ready_replicas']],
    [{ status: 'active', service_url: '' }, ['/service_url']],
    [{ status: 'failed', error_message: 'a\u0000b' }, ['/error_message']],
    [{ status: 'active', replicaCount: 1 }, ['/replicaCount']],
    [[], ['']],
  ])('refuses %j', async (body, pointers) => {
    const answer = await report(body);
    expect(answer.status).toBe(422);
    expect((answer.json as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer)).toEqual(
      pointers,
    );
  });

  it('is refused where nobody but us serves deployments', async () => {
    const alone = await startApp();
    try {
      const served = await givenDeployment(alone, 'prod');
      const answer = await alone.request('POST', `/governance/v1/deployments/${served}/status`, {
        psk: alone.platformPsk,
        body: { status: 'failed', error_message: 'out of memory' },
      });
      expect([answer.status, (answer.json as { type: string }).type]).toEqual([
        409,
        'urn:countersign:problem:no-serving-platform',
      ]);
    } finally {
      await alone.stop();
    }
  });
});
