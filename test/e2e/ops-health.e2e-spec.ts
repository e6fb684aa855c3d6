import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { projections } from '../../src/read-models.js';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenUserWithPsk } from '../support/governed.js';
import { SetClock } from '../support/set-clock.js';

/** Text and its lines of one metric, without the explanations. */
const samples = (text: string, name: string): string[] =>
  text.split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));

describe('operating the service', () => {
  let app: App;

  beforeEach(async () => {
    app = await startApp({ madeUpEvents: true });
  });
  afterEach(() => app.stop());

  /** An event that no read model can apply: it lacks everything. */
  const poison = async (): Promise<bigint> => {
    const event = {
      id: randomUUID(),
      type: 'RolesReplaced',
      // Without `after`, which the deployments' read model alone looks at.
      data: { deploymentId: 'poisoned', added: [], removed: [] },
      metadata: {
        occurredAt: '2026-01-01T00:00:00.000Z',
        schemaVersion: 1,
        actor: { kind: 'system', id: 'test' },
        credential: { type: 'none', id: null },
        correlationId: 'x',
        causationId: 'x',
      },
    } as const;
    const { position } = await app.store.append('deployment-poisoned', [event], 'no-stream');
    await expect(app.readModels.waitFor(position, { timeoutMs: 10_000 })).rejects.toThrow('has stopped');
    return position;
  };

  it('says that the process lives', async () => {
    const { status, json } = await app.request('GET', '/livez');
    expect([status, json]).toStrictEqual([200, { status: 'ok' }]);
  });

  it('says that requests may come, how the log is kept and how far each read model is', async () => {
    await givenDeployment(app, 'seen');
    const position = String(await app.store.head());
    const live = (name: string): object => ({
      name,
      version: expect.any(Number),
      position,
      lag: '0',
      state: 'live',
    });
    const { status, json, headers } = await app.request('GET', '/readyz');
    expect([status, headers['cache-control'], json]).toStrictEqual([
      200,
      'no-store',
      {
        status: 'ok',
        store: { kind: 'sqlite', reachable: true },
        projections: projections.map(({ name }) => live(name)),
      },
    ]);
  });

  it('says which event a read model could not apply, and goes on with the others', async () => {
    await givenDeployment(app, 'healthy');
    const position = await poison();
    const { status, json } = await app.request('GET', '/readyz');
    expect([status, json.status]).toStrictEqual([503, 'projectionFailed']);
    expect(json.projections).toContainEqual({
      name: 'deployments',
      version: expect.any(Number),
      position: String(position - 1n),
      lag: expect.any(String),
      state: 'failed',
      error: { position: String(position), eventType: 'RolesReplaced', message: expect.any(String) },
    });
    const metrics = (await app.request('GET', '/metrics')).text;
    expect(samples(metrics, 'countersign_projection_failed')).toStrictEqual(
      projections.map(
        ({ name }) => `countersign_projection_failed{projection="${name}"} ${name === 'deployments' ? 1 : 0}`,
      ),
    );

    const write = await app.request('PUT', '/governance/v1/groups/risk', {
      psk: app.platformPsk,
      body: { name: 'Risk' },
    });
    expect([write.status, write.headers['x-read-model']]).toStrictEqual([201, 'behind']);
    const read = await app.request('GET', '/governance/v1/groups/risk', { psk: app.platformPsk });
    expect([read.status, read.json.name]).toStrictEqual([200, 'Risk']);
  });

  it('says that the log cannot be reached', async () => {
    await app.store.close();
    const { status, json } = await app.request('GET', '/readyz');
    expect([status, json.status, json.store.reachable]).toStrictEqual([503, 'storeUnreachable', false]);
    const metrics = (await app.request('GET', '/metrics')).text;
    expect(samples(metrics, 'countersign_event_store_up')).toStrictEqual(['countersign_event_store_up 0']);
    expect((await app.request('GET', '/livez')).status).toBe(200);
  });

  it('counts requests by route, appends by event, and tells OpenMetrics from text', async () => {
    await givenDeployment(app, 'counted-1');
    await givenDeployment(app, 'counted-2');
    await app.request('GET', '/api/models/churn/deployments/a-secret-looking-name', { psk: app.platformPsk });
    await app.request('GET', '/nowhere/at/all', { psk: app.platformPsk });
    const { status, headers, text } = await app.request('GET', '/metrics');
    expect([status, headers['content-type']]).toStrictEqual([
      200,
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    ]);
    expect(text.endsWith('# EOF\n')).toBe(true);
    expect(text).not.toContain('a-secret-looking-name');
    expect(samples(text, 'countersign_http_requests_total')).toStrictEqual(
      expect.arrayContaining([
        'countersign_http_requests_total{method="POST",route="/api/models/:model/deployments",status="201"} 2',
        'countersign_http_requests_total{method="GET",route="/api/models/:model/deployments/:name",status="404"} 1',
        'countersign_http_requests_total{method="GET",route="unmatched",status="404"} 1',
      ]),
    );
    const events = Number(samples(text, 'countersign_events_appended_total')[0]?.split(' ')[1]);
    let inLog = 0;
    for await (const _ of app.store.readAll()) inLog++;
    expect(events).toBe(inLog);
    expect(samples(text, 'countersign_append_duration_seconds_count')).toHaveLength(1);
  });

  it('limits what one principal may ask in a minute, and nobody else', async () => {
    const clock = new SetClock('2026-05-05T05:05:05.678Z');
    const limited = await startApp({ clock, env: { RATE_LIMIT_PER_MINUTE: '3' } });
    try {
      const ask = (psk = limited.platformPsk) => limited.request('GET', '/governance/v1/users', { psk });
      const { psk: hers } = await givenUserWithPsk(limited, 'ann');
      expect((await ask()).status).toBe(200);
      expect(await ask()).toMatchObject({
        status: 429,
        headers: { 'retry-after': '55' },
        json: { type: 'urn:countersign:problem:rate-limited', detail: 'More than 3 requests in a minute' },
      });
      expect((await ask(hers)).status).toBe(403);
      expect((await limited.request('GET', '/livez')).status).toBe(200);
      clock.advance(55);
      expect((await ask()).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });
});
