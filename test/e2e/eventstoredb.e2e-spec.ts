import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PLATFORM_PSK, startApp, type App } from '../support/app.js';
import { EventStoreDbServer } from '../support/eventstoredb-server.js';
import { givenDeployment, givenUserWithPsk } from '../support/governed.js';
import type { Answer } from '../support/http-client.js';
import { startProcess, type ServiceProcess } from '../support/service-process.js';

const PEPPER = 'the-pepper-that-all-replicas-share-0123456789';
const IN_TIME_MS = 2_000;

const body = (name: string) => ({
  name,
  type: 'online',
  owner: 'nobody',
  model: { model_name: 'churn', model_version: '1' },
  source: { schema: 'features', table: 'customers' },
  target: { schema: 'features', table: 'customers' },
  entity_columns: ['customer_id'],
  domain: 'risk',
  allowed_roles: null,
});

describe('a service whose EventStoreDB goes away', () => {
  let server: EventStoreDbServer;
  let app: App;
  let psk: string;

  beforeEach(async () => {
    server = await EventStoreDbServer.start();
    app = await startApp({ env: { EVENT_STORE_URL: server.url, PSK_PEPPER: PEPPER } });
    await givenDeployment(app, 'prod', { roles: ['nx1_engineer'] });
    ({ psk } = await givenUserWithPsk(app, 'u-alice', { roles: ['nx1_engineer'] }));
  });
  afterEach(async () => {
    server.gateway.thaw();
    await app.stop();
    await server.stop();
  });

  const setRoles = (roles: readonly string[]): Promise<Answer> =>
    app.request('PUT', '/api/models/churn/deployments/prod/allowed_roles', {
      psk: app.platformPsk,
      body: { allowed_roles: roles },
    });
  const decide = async (): Promise<number> =>
    (await app.request('GET', '/authz/check/api/models/churn/deployments/prod/run/predict', { psk })).status;

  it.each<[string, (server: EventStoreDbServer) => Promise<void> | void]>([
    ['refuses connections', ({ gateway }) => gateway.refuse()],
    ['is frozen', ({ gateway }) => gateway.freeze()],
  ])(
    '%s: commands say so in time, the rest goes on, and so does everything when it is back',
    async (_, goAway) => {
      await goAway(server);
      const commands = Array.from({ length: 20 }, async (_unused, n) => {
        const start = performance.now();
        const answer = await setRoles([`role-${n}`]);
        return { answer, took: performance.now() - start };
      });
      for (const { answer, took } of await Promise.all(commands)) {
        expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
        expect(took).toBeLessThan(IN_TIME_MS);
      }
      expect(await decide()).toBe(200);
      const list = await app.request('GET', '/api/models/churn/deployments', { psk });
      expect(list.status).toBe(200);
      expect((await app.request('GET', '/livez')).status).toBe(200);
      while ((await app.request('GET', '/readyz')).status !== 503) await pause(50);
      const ready = await app.request('GET', '/readyz');
      expect(ready.json).toMatchObject({
        status: 'storeUnreachable',
        store: { kind: 'eventstoredb', reachable: false },
      });
      expect((await app.request('GET', '/metrics')).text).toContain('countersign_event_store_up 0');

      server.gateway.thaw();
      await server.gateway.refuse();
      await server.gateway.open();
      const back = performance.now();
      let answer = await setRoles(['after']);
      while (answer.status === 503) {
        await pause(50);
        answer = await setRoles(['after']);
      }
      expect(answer.status).toBe(200);
      expect(performance.now() - back).toBeLessThan(5_000);
      while ((await app.request('GET', '/readyz')).status !== 200) await pause(50);
      expect(await decide()).toBe(403);
    },
  );

  it('is away for a minute under load: nobody waits for long, and in the end each change stands in the log once', async () => {
    const CLIENTS = 6;
    const AWAY_MS = 60_000;
    const names = Array.from({ length: CLIENTS }, (_, n) => `busy-${n}`);
    for (const name of names) await givenDeployment(app, name, { roles: [] });
    const sent: string[] = [];
    const took: number[] = [];
    const statuses = new Set<number>();
    let over = false;

    // Each client repeats a change with its key until it is taken, then goes on to the next one.
    const client = async (name: string): Promise<void> => {
      while (!over) {
        const mark = randomUUID();
        sent.push(mark);
        let status = 0;
        while (status !== 200) {
          const start = performance.now();
          const answer = await app.request('PUT', `/api/models/churn/deployments/${name}/allowed_roles`, {
            psk: app.platformPsk,
            headers: { 'idempotency-key': mark },
            body: { allowed_roles: [mark] },
          });
          ({ status } = answer);
          statuses.add(status);
          took.push(performance.now() - start);
          if (status === 503) await pause(100);
        }
      }
    };
    const clients = names.map(client);
    while (sent.length < 10 * CLIENTS) await pause(20);
    await server.gateway.refuse();
    const away = performance.now();
    while (performance.now() - away < AWAY_MS) {
      expect(await decide()).toBe(200);
      await pause(1_000);
    }
    await server.gateway.open();
    const sentWhenBack = sent.length;
    while (sent.length < sentWhenBack + 10 * CLIENTS) await pause(20);
    over = true;
    await Promise.all(clients);

    expect([...statuses].sort((x, y) => x - y)).toEqual([200, 503]);
    // What the client adds on its own side, on a machine that both share, is not the service's.
    expect(Math.max(...took)).toBeLessThan(IN_TIME_MS + 1_000);
    const written = new Map<string, number>();
    for await (const { type, data } of server.content.readAll()) {
      if (type !== 'RolesReplaced') continue;
      for (const mark of data['after'] as string[]) written.set(mark, (written.get(mark) ?? 0) + 1);
    }
    expect(sent.filter((mark) => written.get(mark) !== 1)).toEqual([]);
  }, 180_000);

  it('a change whose outcome is not known is not told as refused, and its repeat with the same key has it once', async () => {
    server.faults.appends = 'unanswered';
    const request = () =>
      app.request('PUT', '/api/models/churn/deployments/prod/allowed_roles', {
        psk: app.platformPsk,
        headers: { 'idempotency-key': 'key-1' },
        body: { allowed_roles: ['unsure'] },
      });
    const first = await request();
    expect([first.status, first.headers['retry-after']]).toEqual([503, '1']);
    expect(first.text).toMatch(/has not said whether it took the change/);
    server.faults.appends = 'answered';
    const again = await request();
    expect(again.status).toBe(200);
    const changes: unknown[] = [];
    for await (const { type, data } of server.content.readAll()) {
      if (type === 'RolesReplaced') changes.push(data['after']);
    }
    expect(changes).toEqual([['unsure']]);
  });
});

describe('two processes on one EventStoreDB', () => {
  const ROUNDS = 10;
  let server: EventStoreDbServer;
  let folder: string;
  let a: ServiceProcess;
  let b: ServiceProcess;

  beforeAll(async () => {
    server = await EventStoreDbServer.start();
    folder = await mkdtemp(join(tmpdir(), 'countersign-replicas-'));
    [a, b] = (await Promise.all(
      ['a', 'b'].map((name) =>
        startProcess({
          EVENT_STORE_URL: server.url,
          DATA_DIR: join(folder, name),
          PLATFORM_PSK,
          PSK_PEPPER: PEPPER,
        }),
      ),
    )) as [ServiceProcess, ServiceProcess];
  }, 60_000);
  afterAll(async () => {
    await Promise.all([a.kill(), b.kill()]);
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const create = (at: ServiceProcess, name: string, headers: Record<string, string> = {}): Promise<Answer> =>
    at.request('POST', '/api/models/churn/deployments', { psk: PLATFORM_PSK, headers, body: body(name) });
  const setRoles = (at: ServiceProcess, name: string, roles: string[], headers = {}): Promise<Answer> =>
    at.request('PUT', `/api/models/churn/deployments/${name}/allowed_roles`, {
      psk: PLATFORM_PSK,
      headers,
      body: { allowed_roles: roles },
    });
  const names = Array.from({ length: ROUNDS }, (_, n) => `d-${n}-${randomUUID()}`);
  const stored = async (type: string): Promise<Record<string, unknown>[]> => {
    const found: Record<string, unknown>[] = [];
    for await (const event of server.content.readAll()) if (event.type === type) found.push(event.data);
    return found;
  };

  it('what one has written the other one shows to whoever brings the position', async () => {
    for (const name of names) {
      const [writer, reader] = Math.random() < 0.5 ? [a, b] : [b, a];
      const written = await create(writer, `seen-${name}`);
      expect(written.status).toBe(201);
      const read = await reader.request('GET', `/api/models/churn/deployments/seen-${name}`, {
        psk: PLATFORM_PSK,
        headers: { 'x-min-position': written.headers['x-event-position']! },
      });
      expect([read.status, read.json?.deployment_id]).toEqual([200, written.json.deployment_id]);
    }
  });

  it('of two registrations of one name at once exactly one is made', async () => {
    for (const name of names) {
      const answers = await Promise.all([create(a, `once-${name}`), create(b, `once-${name}`)]);
      expect(answers.map(({ status }) => status).sort((x, y) => x - y)).toEqual([201, 409]);
    }
    const registered = (await stored('DeploymentRegistered')).map(({ name }) => name);
    for (const name of names) expect(registered.filter((found) => found === `once-${name}`)).toHaveLength(1);
  });

  it('a request sent to both with one idempotency key is carried out once and answered alike', async () => {
    for (const name of names) {
      const key = { 'idempotency-key': randomUUID() };
      const answers = await Promise.all([create(a, `keyed-${name}`, key), create(b, `keyed-${name}`, key)]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201]);
      expect(answers[0]?.text).toBe(answers[1]?.text);
    }
    const registered = (await stored('DeploymentRegistered')).map(({ name }) => name);
    for (const name of names) expect(registered.filter((found) => found === `keyed-${name}`)).toHaveLength(1);
  });

  it('of two changes to the same revision at once one is refused, and without a condition none is lost', async () => {
    const name = `roles-${randomUUID()}`;
    let etag = (await create(a, name)).headers['etag']!;
    for (let round = 0; round < ROUNDS; round++) {
      const answers = await Promise.all(
        [a, b].map((at, i) => setRoles(at, name, [`if-${round}-${i}`], { 'if-match': etag })),
      );
      expect(answers.map(({ status }) => status).sort((x, y) => x - y)).toEqual([200, 412]);
      etag = answers.find(({ status }) => status === 200)!.headers['etag']!;
    }
    const answers = await Promise.all(
      Array.from({ length: 4 * ROUNDS }, (_, n) => setRoles(n % 2 === 0 ? a : b, name, [`any-${n}`])),
    );
    expect(answers.map(({ status }) => status)).not.toContain(500);
    const done = answers.filter(({ status }) => status === 200).length;
    const changes = (await stored('RolesReplaced')).filter((change) => change['name'] === name);
    expect(changes).toHaveLength(ROUNDS + done);
    for (const [i, change] of changes.entries()) {
      expect(change['before']).toEqual(i === 0 ? null : changes[i - 1]?.['after']);
    }
  });
});
