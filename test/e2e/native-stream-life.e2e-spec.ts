import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventStore } from '../../src/event-store/event-store.js';
import { PLATFORM_PSK, startApp, type App } from '../support/app.js';
import { EventStreamClient } from '../support/event-stream.js';
import { EventStoreDbServer } from '../support/eventstoredb-server.js';
import { readLog } from '../support/history.js';
import { send } from '../support/http-client.js';
import { hasNginx, startNginx, type Nginx } from '../support/nginx.js';
import { startProcess, type ServiceProcess } from '../support/service-process.js';

const psk = PLATFORM_PSK;
const recordGroup = async (url: string, groupId: string): Promise<number> =>
  (await send(url, 'PUT', `/governance/v1/groups/${groupId}`, { psk, body: { name: groupId } })).status;
const idsOf = ({ events }: EventStreamClient): string[] => events.map(({ id }) => id);
const handedOut = async (store: EventStore): Promise<string[]> =>
  (await readLog(store)).map(({ position }) => position.toString());

describe('streams of a service that stops', () => {
  let folder: string;
  let service: ServiceProcess;

  const start = (): Promise<ServiceProcess> => startProcess({ DATA_DIR: folder, PLATFORM_PSK: psk });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-stream-'));
  });
  afterEach(() => service.kill('SIGKILL'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('end on SIGTERM with a word and where to go on, and hold up nothing', async () => {
    service = await start();
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => EventStreamClient.open(service.url, {}, { psk })),
    );
    expect(await recordGroup(service.url, 'before')).toBe(201);
    for (const client of clients) await client.until(({ events }) => events.length === 1);
    const began = performance.now();
    const exit = await service.kill('SIGTERM');
    expect(exit).toEqual({ code: 0, signal: null });
    // Far below the ten seconds that requests under way are given.
    expect(performance.now() - began).toBeLessThan(5_000);
    for (const client of clients) {
      await client.ended;
      expect(client.comments).toEqual(['ended, because the service is stopping']);
      expect(client.lastEventId).toBe(client.events[0]?.id);
      expect(client.response.complete).toBe(true);
    }

    service = await start();
    expect(await recordGroup(service.url, 'after')).toBe(201);
    const again = await EventStreamClient.open(
      service.url,
      {},
      { psk, headers: { 'last-event-id': clients[0]?.lastEventId ?? '' } },
    );
    await again.until(({ events }) => events.length > 0);
    expect(again.events.map(({ data }) => (JSON.parse(data) as { subject: string }).subject)).toEqual([
      'group-after',
    ]);
    await again.close();
  });

  it('break on SIGKILL, and go on after the last id without a gap', async () => {
    service = await start();
    const client = await EventStreamClient.open(service.url, { after: '-1' }, { psk });
    for (let n = 0; n < 20; n++) await recordGroup(service.url, `k-${n}`);
    await client.until(({ events }) => events.length > 10);
    await service.kill('SIGKILL');
    await client.ended;
    service = await start();
    const again = await EventStreamClient.open(
      service.url,
      { after: '-1' },
      { psk, headers: { 'last-event-id': client.lastEventId ?? '' } },
    );
    await recordGroup(service.url, 'last');
    await again.until(({ events }) => events.at(-1)?.data.includes('"group-last"') === true);
    const ids = [...idsOf(client), ...idsOf(again)];
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, n) => String(n + 1)));
    await again.close();
  });
});

describe('a stream over EventStoreDB', () => {
  let server: EventStoreDbServer;
  let app: App;

  beforeEach(async () => {
    server = await EventStoreDbServer.start();
    app = await startApp({
      env: { EVENT_STORE_URL: server.url, PSK_PEPPER: 'the-pepper-that-all-replicas-share-0123456789' },
    });
  });
  afterEach(async () => {
    server.gateway.thaw();
    await app.stop();
    await server.stop();
  });

  it('hands out what was and what comes, in the order of the log', async () => {
    for (const id of ['a', 'b', 'c']) expect(await recordGroup(app.url, id)).toBe(201);
    const client = await EventStreamClient.open(app.url, { after: '-1' }, { psk });
    const fromNow = await EventStreamClient.open(app.url, {}, { psk });
    await client.until(({ events }) => events.length === 3);
    expect(await recordGroup(app.url, 'd')).toBe(201);
    await client.until(({ events }) => events.length === 4);
    await fromNow.until(({ events }) => events.length === 1);
    const all = await handedOut(app.store);
    expect([idsOf(client), idsOf(fromNow)]).toEqual([all, all.slice(-1)]);
    const { json } = await app.request('GET', '/governance/v1/events', { psk });
    expect(client.data).toEqual((json as { items: object[] }).items.map((item) => JSON.stringify(item)));
    await client.close();
    await fromNow.close();
  });

  it('is gone on with at another replica, by the position that the first one gave', async () => {
    const other = await startApp({
      env: { EVENT_STORE_URL: server.url, PSK_PEPPER: 'the-pepper-that-all-replicas-share-0123456789' },
    });
    try {
      const first = await EventStreamClient.open(app.url, {}, { psk });
      const second = await EventStreamClient.open(other.url, {}, { psk });
      expect(await recordGroup(app.url, 'at-one')).toBe(201);
      expect(await recordGroup(other.url, 'at-two')).toBe(201);
      for (const client of [first, second]) await client.until(({ events }) => events.length === 2);
      expect(second.data).toEqual(first.data);
      await first.close();
      expect(await recordGroup(app.url, 'meanwhile')).toBe(201);
      const headers = { 'last-event-id': first.lastEventId ?? '' };
      const again = await EventStreamClient.open(other.url, {}, { psk, headers });
      await again.until(({ events }) => events.length === 1);
      await second.until(({ events }) => events.length === 3);
      expect(again.data).toEqual(second.data.slice(2));
      await again.close();
      await second.close();
    } finally {
      await other.stop();
    }
  });

  it('outlives an absence of the store, and misses and repeats nothing', async () => {
    const client = await EventStreamClient.open(app.url, {}, { psk });
    expect(await recordGroup(app.url, 'before')).toBe(201);
    await client.until(({ events }) => events.length === 1);
    await server.gateway.refuse();
    while ((await app.request('GET', '/readyz')).status !== 503) await pause(20);
    expect((await app.request('GET', '/governance/v1/events/stream', { psk })).status).toBe(503);
    await server.gateway.open();
    while ((await recordGroup(app.url, 'after')) !== 201) await pause(20);
    await client.until(({ events }) => events.at(-1)?.data.includes('"group-after"') === true);
    expect(idsOf(client)).toEqual(await handedOut(app.store));
    await client.close();
  });
});

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const withNginx = hasNginx() ? describe : describe.skip;

withNginx('a stream behind an nginx that buffers (skipped where there is none)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-stream-nginx-'));
  let app: App;
  let nginx: Nginx;
  let url: string;

  beforeAll(async () => {
    app = await startApp();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const file = join(folder, 'server.conf');
    // As little as one would write: no word of streams, and what nginx does by default.
    writeFileSync(
      file,
      `server { listen 80; listen 127.0.0.1:${port};
         location / { proxy_pass ${app.url}; proxy_buffering on; } }`,
    );
    nginx = await startNginx(file, {});
  });
  afterAll(async () => {
    await nginx.stop();
    await app.stop();
    rmSync(folder, { recursive: true });
  });

  it('comes through event by event', async () => {
    const client = await EventStreamClient.open(url, {}, { psk });
    for (const id of ['one', 'two']) {
      const count = client.events.length;
      expect(await recordGroup(url, id)).toBe(201);
      await client.until(({ events }) => events.length === count + 1);
    }
    expect((await send(url, 'HEAD', '/governance/v1/events/stream', { psk })).status).toBe(200);
    await client.close();
  });
});
