import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { Nx1Client } from '../support/nx1-client.js';
import { deviationsFrom } from '../support/nx1-schema.js';
import { SetClock } from '../support/set-clock.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const clock = new SetClock();
let app: App;
let nx1: Nx1Client;
beforeAll(async () => {
  app = await startApp({ clock });
  nx1 = new Nx1Client(app);
});
afterAll(() => app.stop());

const notFound = (name: string, model = 'churn'): object => ({
  error: `Deployment '${name}' not found for model '${model}'`,
  code: 404,
});
const conflict = (error: string): object => ({ error, code: 409 });

describe('creating a deployment', () => {
  it('answers 201 with the whole of it', async () => {
    const { status, json, headers } = await nx1.create({
      name: 'whole',
      type: 'online',
      schedule: '0 5 * * *',
    });
    expect([status, json]).toStrictEqual([
      201,
      {
        deployment_id: expect.stringMatching(UUID),
        name: 'whole',
        type: 'online',
        status: 'active',
        domain: 'risk',
        owner: 'alice',
        model: { model_name: 'churn', model_version: '3', model_alias: null },
        resolved_model_version: '3',
        dag_id: null,
        dag_s3_uri: null,
        schedule: '0 5 * * *',
        last_run: null,
        service_url: null,
        replica_count: null,
        ready_replicas: null,
        allowed_roles: null,
        error_message: null,
        created_at: '2026-05-05T05:05:05Z',
        updated_at: '2026-05-05T05:05:05Z',
        stopped_at: null,
      },
    ]);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['etag']).toBe('"1"');
    expect(headers['x-event-position']).toMatch(/^\d+$/);
    expect(deviationsFrom('DeploymentResponse', json)).toStrictEqual([]);
  });

  it('keeps what was sent beside that', async () => {
    const source = { schema: 's', table: 't', catalog: 'c', filter_sql: 'a\n> 1', snapshot_id: '9' };
    const { json } = await nx1.create({
      name: 'details',
      source,
      entity_columns: ['a', 'b'],
      rerun_behavior: 'append_dedup',
      partition_column: 'day',
      trigger_now: 'yes',
      importance: 'CRITICAL',
      allowed_roles: ['b', 'a', 'b'],
    });
    const [registered] = await nx1.eventsOf(json.deployment_id);
    expect(registered).toMatchObject({
      type: 'DeploymentRegistered',
      data: {
        model: 'churn',
        name: 'details',
        source: { schema: 's', table: 't', catalog: 'c', filterSql: 'a\n> 1', snapshotId: '9' },
        target: { schema: 'scores', table: 'churn_daily', catalog: 'iceberg' },
        entityColumns: ['a', 'b'],
        rerunBehavior: 'append_dedup',
        partitionColumn: 'day',
        triggerNow: true,
        importance: 'CRITICAL',
        allowedRoles: ['b', 'a'],
      },
    });
  });

  it('goes by the model in the path, not by the one in the body', async () => {
    const { json } = await nx1.create(
      { name: 'path-wins', model: { model_name: 'other', model_alias: 'production' } },
      'fraud',
    );
    expect(json.model).toStrictEqual({
      model_name: 'fraud',
      model_version: null,
      model_alias: 'production',
    });
    expect((await nx1.get('path-wins', 'other')).status).toBe(404);
  });

  it('refuses a name that the model has, and leaves the one of another model alone', async () => {
    await nx1.create({ name: 'taken' });
    const { status, json } = await nx1.create({ name: 'taken', owner: 'bob' });
    expect([status, json]).toStrictEqual([
      409,
      conflict("Deployment 'taken' already exists for model 'churn'"),
    ]);
    expect(deviationsFrom('ErrorResponse', json)).toStrictEqual([]);
    expect((await nx1.create({ name: 'taken' }, 'fraud')).status).toBe(201);
  });

  it('never gives the name of an archived one away', async () => {
    await nx1.create({ name: 'once' });
    await nx1.archive('once');
    expect((await nx1.create({ name: 'once' })).status).toBe(409);
  });
});

describe('showing a deployment', () => {
  it('answers what creating it answered, with the same ETag', async () => {
    const created = await nx1.create({ name: 'shown' });
    const { status, json, headers } = await nx1.get('shown');
    expect([status, json, headers['etag']]).toStrictEqual([200, created.json, created.headers['etag']]);
  });

  it('finds it under its own model only', async () => {
    await nx1.create({ name: 'scoped' });
    const { status, json } = await nx1.get('scoped', 'fraud');
    expect([status, json]).toStrictEqual([404, notFound('scoped', 'fraud')]);
    expect(deviationsFrom('ErrorResponse', json)).toStrictEqual([]);
  });

  it('takes names as they are, also outside of ASCII', async () => {
    const model = encodeURIComponent('Équipe A');
    expect((await nx1.create({ name: 'prod' }, model)).json.model.model_name).toBe('Équipe A');
    expect((await nx1.get('prod', model)).status).toBe(200);
  });
});

describe('the life of a deployment', () => {
  it('stops and starts', async () => {
    await nx1.create({ name: 'life' });
    clock.advance(60);
    const stopped = await nx1.stop('life');
    expect([
      stopped.status,
      stopped.json.status,
      stopped.json.stopped_at,
      stopped.json.updated_at,
    ]).toStrictEqual([200, 'stopped', '2026-05-05T05:06:05Z', '2026-05-05T05:06:05Z']);
    expect(deviationsFrom('DeploymentResponse', stopped.json)).toStrictEqual([]);
    expect(stopped.headers['etag']).toBe('"2"');

    const started = await nx1.start('life');
    expect([started.status, started.json.status, started.json.stopped_at]).toStrictEqual([
      200,
      'active',
      null,
    ]);
    expect((await nx1.get('life')).json).toStrictEqual(started.json);
  });

  it('refuses what its status does not allow', async () => {
    await nx1.create({ name: 'moves' });
    const started = await nx1.start('moves');
    expect([started.status, started.json]).toStrictEqual([
      409,
      conflict("Deployment can't be started while it is active"),
    ]);
    await nx1.stop('moves');
    const stopped = await nx1.stop('moves');
    expect([stopped.status, stopped.json]).toStrictEqual([
      409,
      conflict("Deployment can't be stopped while it is stopped"),
    ]);
  });

  it('ends in the archive, where nothing changes any more', async () => {
    const { json: created } = await nx1.create({ name: 'ended' });
    const archived = await nx1.archive('ended');
    expect([archived.status, archived.text]).toStrictEqual([204, '']);
    expect(archived.headers['x-event-position']).toMatch(/^\d+$/);
    const before = await nx1.eventsOf(created.deployment_id);

    for (const attempt of [
      await nx1.archive('ended'),
      await nx1.stop('ended'),
      await nx1.start('ended'),
      await nx1.setRoles('ended', { allowed_roles: ['a'] }),
      await nx1.reportRun('ended', { airflow_run_id: 'r', status: 'running' }),
    ])
      expect([attempt.status, attempt.json]).toStrictEqual([409, conflict('Deployment is archived')]);
    expect(await nx1.eventsOf(created.deployment_id)).toStrictEqual(before);
    expect((await nx1.get('ended')).json.status).toBe('archived');
  });

  it('is unknown where it is unknown', async () => {
    for (const attempt of [
      await nx1.get('nobody'),
      await nx1.archive('nobody'),
      await nx1.stop('nobody'),
      await nx1.start('nobody'),
      await nx1.setRoles('nobody', { allowed_roles: ['a'] }),
      await nx1.reportRun('nobody', { airflow_run_id: 'r', status: 'running' }),
    ])
      expect([attempt.status, attempt.json]).toStrictEqual([404, notFound('nobody')]);
  });
});

describe('listing deployments', () => {
  beforeAll(async () => {
    for (const [name, type] of [
      ['first', 'batch'],
      ['second', 'online'],
      ['third', 'batch'],
      ['gone', 'online'],
    ] as const)
      await nx1.create({ name, type }, 'listed');
    await nx1.call('POST', '/api/models/listed/deployments/third/stop');
    await nx1.call('DELETE', '/api/models/listed/deployments/gone');
  });

  it.each([
    ['', ['first', 'second', 'third'], '3'],
    ['?include_archived=true', ['first', 'second', 'third', 'gone'], '4'],
    ['?status=active', ['first', 'second'], '2'],
    ['?status=stopped', ['third'], '1'],
    ['?status=archived', ['gone'], '1'],
    ['?type=online', ['second'], '1'],
    ['?type=online&include_archived=1', ['second', 'gone'], '2'],
    ['?type=batch&status=stopped', ['third'], '1'],
    ['?status=failed', [], '0'],
    ['?limit=2', ['first', 'second'], '3'],
    ['?limit=2&offset=2', ['third'], '3'],
    ['?offset=3', [], '3'],
    ['?limit=1&limit=2', ['first', 'second'], '3'],
    ['?unknown=1', ['first', 'second', 'third'], '3'],
  ])('%s: %j of %s', async (query, names, total) => {
    const { status, json, headers } = await nx1.list(query, 'listed');
    expect(status).toBe(200);
    expect(json.map(({ name }: { name: string }) => name)).toStrictEqual(names);
    expect(headers['x-total-count']).toBe(total);
    for (const deployment of json) expect(deviationsFrom('DeploymentResponse', deployment)).toStrictEqual([]);
  });

  it('is empty for a model that nobody deployed', async () => {
    const { status, json, headers } = await nx1.list('', 'unheard-of');
    expect([status, json, headers['x-total-count']]).toStrictEqual([200, [], '0']);
  });
});

describe('runs of a deployment', () => {
  const queued = { airflow_run_id: 'run-1', status: 'queued' };

  it('are taken up and updated by their Airflow id', async () => {
    await nx1.create({ name: 'runs' });
    const first = await nx1.reportRun('runs', queued);
    expect([first.status, first.json]).toStrictEqual([
      200,
      {
        run_id: expect.stringMatching(UUID),
        airflow_run_id: 'run-1',
        status: 'queued',
        rows_scored: null,
        started_at: null,
        finished_at: null,
      },
    ]);
    const startedAt = `${clock.now().toISOString().slice(0, 19)}Z`;
    await nx1.reportRun('runs', { ...queued, status: 'running' });
    clock.advance(90);
    const done = await nx1.reportRun('runs', { ...queued, status: 'succeeded', rows_scored: '12' });
    expect(done.json).toStrictEqual({
      ...first.json,
      status: 'succeeded',
      rows_scored: 12,
      started_at: startedAt,
      finished_at: `${clock.now().toISOString().slice(0, 19)}Z`,
    });
    expect(deviationsFrom('DeploymentRunSummary', done.json)).toStrictEqual([]);
    expect((await nx1.get('runs')).json.last_run).toStrictEqual(done.json);
  });

  it('do not reopen', async () => {
    const { json: created } = await nx1.create({ name: 'finished' });
    const { json: failed } = await nx1.reportRun('finished', {
      ...queued,
      status: 'failed',
      error_message: 'x',
    });
    const events = await nx1.eventsOf(created.deployment_id);

    const again = await nx1.reportRun('finished', { ...queued, status: 'failed', rows_scored: 5 });
    expect([again.status, again.json]).toStrictEqual([200, failed]);
    const reopened = await nx1.reportRun('finished', { ...queued, status: 'running' });
    expect([reopened.status, reopened.json]).toStrictEqual([409, conflict("Run 'run-1' has already failed")]);
    expect(await nx1.eventsOf(created.deployment_id)).toStrictEqual(events);
  });
});

describe('replacing the allowed roles', () => {
  it('replaces the whole list and says so in the log', async () => {
    const { json: created } = await nx1.create({ name: 'roles', allowed_roles: ['a', 'b'] });
    const { status, json, headers } = await nx1.setRoles('roles', {
      allowed_roles: ['c', 'B', 'b', 'c', ' c'],
      roles: 'an unknown field is ignored',
    });
    expect([status, json.allowed_roles]).toStrictEqual([200, ['c', 'B', 'b', ' c']]);
    expect(deviationsFrom('DeploymentResponse', json)).toStrictEqual([]);
    expect(headers['etag']).toBe('"2"');
    expect((await nx1.eventsOf(created.deployment_id)).at(-1)).toMatchObject({
      type: 'RolesReplaced',
      data: {
        deploymentId: created.deployment_id,
        model: 'churn',
        name: 'roles',
        before: ['a', 'b'],
        after: ['c', 'B', 'b', ' c'],
        added: ['c', 'B', ' c'],
        removed: ['a'],
      },
    });
  });

  it.each([
    ['an empty list', { allowed_roles: [] }],
    ['a body without the field', {}],
  ])('locks with %s, which is not the same as never configured', async (title, body) => {
    const name = title.replaceAll(' ', '-');
    const { json: created } = await nx1.create({ name });
    const { status, json } = await nx1.setRoles(name, body);
    expect([status, json.allowed_roles]).toStrictEqual([200, []]);
    expect((await nx1.eventsOf(created.deployment_id)).at(-1)).toMatchObject({
      type: 'RolesReplaced',
      data: { before: null, after: [], added: [], removed: [] },
    });
  });

  it('changes nothing when the list is the same', async () => {
    const { json: created } = await nx1.create({ name: 'same', allowed_roles: ['a', 'b'] });
    clock.advance(60);
    const { status, json, headers } = await nx1.setRoles('same', { allowed_roles: ['a', 'b', 'a'] });
    expect([status, json, headers['etag']]).toStrictEqual([200, created, '"1"']);
    expect(await nx1.eventsOf(created.deployment_id)).toHaveLength(2);

    await nx1.setRoles('same', { allowed_roles: ['b', 'a'] });
    expect(await nx1.eventsOf(created.deployment_id)).toHaveLength(3);
  });

  it('goes by If-Match when it is sent', async () => {
    const { headers } = await nx1.create({ name: 'matched' });
    const first = headers['etag'] ?? '';
    const changed = await nx1.setRoles('matched', { allowed_roles: ['a'] }, { 'if-match': first });
    expect(changed.status).toBe(200);

    const stale = await nx1.setRoles('matched', { allowed_roles: ['b'] }, { 'if-match': first });
    expect([stale.status, stale.json]).toStrictEqual([
      412,
      { error: 'If-Match does not hold: the entity is at revision 2', code: 412 },
    ]);
    expect(deviationsFrom('ErrorResponse', stale.json)).toStrictEqual([]);
    expect((await nx1.get('matched')).json.allowed_roles).toStrictEqual(['a']);

    const any = await nx1.setRoles('matched', { allowed_roles: ['c'] }, { 'if-match': '*' });
    expect([any.status, any.headers['etag']]).toStrictEqual([200, '"3"']);
  });

  it('lets the last writer win without it, and remembers both', async () => {
    const { json: created } = await nx1.create({ name: 'raced' });
    const lists = [['a'], ['b'], ['c'], ['d']];
    const answers = await Promise.all(lists.map((roles) => nx1.setRoles('raced', { allowed_roles: roles })));
    expect(answers.map(({ status }) => status)).toStrictEqual([200, 200, 200, 200]);
    const replaced = (await nx1.eventsOf(created.deployment_id)).slice(2);
    expect(replaced).toHaveLength(4);
    const { after } = (replaced[3]?.data ?? {}) as { readonly after?: readonly string[] };
    expect((await nx1.get('raced')).json.allowed_roles).toStrictEqual(after);
  });

  it('gives a repeated request its first answer again', async () => {
    const { json: created } = await nx1.create({ name: 'repeated' });
    const key = { 'idempotency-key': 'once' };
    const first = await nx1.setRoles('repeated', { allowed_roles: ['a'] }, key);
    await nx1.setRoles('repeated', { allowed_roles: ['b'] });
    const again = await nx1.setRoles('repeated', { allowed_roles: ['a'] }, key);
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toStrictEqual([
      200,
      first.text,
      'true',
    ]);
    expect(await nx1.eventsOf(created.deployment_id)).toHaveLength(4);

    const other = await nx1.setRoles('repeated', { allowed_roles: ['x'] }, key);
    expect([other.status, deviationsFrom('ErrorResponse', other.json)]).toStrictEqual([422, []]);
  });
});

describe('with a serving platform attached', () => {
  let reported: App;
  let client: Nx1Client;
  beforeAll(async () => {
    reported = await startApp({ env: { SERVING_PLATFORM: 'reports' } });
    client = new Nx1Client(reported);
  });
  afterAll(() => reported.stop());

  it('a deployment is pending until it is reported, and can be stopped before', async () => {
    expect((await client.create({ name: 'prod' })).json.status).toBe('pending');
    expect((await client.stop('prod')).json.status).toBe('stopped');
    expect((await client.start('prod')).json).toMatchObject({ status: 'deploying', stopped_at: null });
  });
});
