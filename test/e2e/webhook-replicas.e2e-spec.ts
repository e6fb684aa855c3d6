import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLATFORM_PSK, startApp } from '../support/app.js';
import { EventStoreDbServer } from '../support/eventstoredb-server.js';
import { startProcess, type ServiceProcess } from '../support/service-process.js';
import { verify, WebhookReceiver } from '../support/webhook-receiver.js';
import { deliveriesOf, eventually, givenEvent, givenWebhook, WEBHOOKS } from '../support/webhooks.js';

const SECRET_KEY = randomBytes(32).toString('base64');
const PEPPER = 'the-pepper-that-all-replicas-share-0123456789';

describe('a sender that is killed', () => {
  let receiver: WebhookReceiver;
  const folders: string[] = [];
  const processes: ServiceProcess[] = [];

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((process) => process.kill('SIGKILL')));
    await receiver.stop();
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
  });

  const folder = async (): Promise<string> => {
    const made = await mkdtemp(join(tmpdir(), 'countersign-webhooks-'));
    folders.push(made);
    return made;
  };
  const start = async (
    dataDir: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ServiceProcess> => {
    const process = await startProcess({
      DATA_DIR: dataDir,
      PLATFORM_PSK,
      WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
      ...env,
    });
    processes.push(process);
    return process;
  };
  /** Of each entity the names in the order in which they came, repeats left out; and every id that came, with its name. */
  const arrived = () => {
    const names = new Map<string, string[]>();
    const ids = new Map<string, string>();
    for (const { headers, event } of receiver.received) {
      const name = String(event.data['name']);
      expect(headers['webhook-id']).toBe(event.id);
      expect(ids.get(event.id) ?? name).toBe(name);
      if (!ids.has(event.id)) names.set(event.subject, [...(names.get(event.subject) ?? []), name]);
      ids.set(event.id, name);
    }
    return { names, ids };
  };

  it('between sending and recording it, sends that again under the same id; nothing is lost', async () => {
    const dataDir = await folder();
    let service = await start(dataDir);
    const hook = await givenWebhook(service, PLATFORM_PSK, receiver.url);
    for (let n = 0; n < 30; n++) await givenEvent(service, PLATFORM_PSK, `g${n % 3}`, `${n}`);
    await receiver.until(30);
    await service.kill('SIGKILL');
    service = await start(dataDir);
    await receiver.until(60);
    for (let n = 30; n < 40; n++) await givenEvent(service, PLATFORM_PSK, `g${n % 3}`, `${n}`);
    await eventually(
      async () => arrived(),
      ({ ids }) => ids.size === 40,
    );
    const { names } = arrived();
    for (let g = 0; g < 3; g++)
      expect(names.get(`group-g${g}`)).toEqual(
        Array.from({ length: 40 }, (_, n) => n)
          .filter((n) => n % 3 === g)
          .map(String),
      );
    const last = receiver.received.at(-1)!;
    verify(hook.secret, last);

    // What ends in good order is sent once.
    expect((await service.kill('SIGTERM')).code).toBe(0);
    const count = receiver.received.length;
    service = await start(dataDir);
    await givenEvent(service, PLATFORM_PSK, 'g0', 'the last');
    await receiver.until(count + 1);
    expect(receiver.received.slice(count).map(({ event }) => event.data['name'])).toEqual(['the last']);
  });

  it('ends in seconds when it is told to, also while a receiver hangs', async () => {
    const dataDir = await folder();
    const service = await start(dataDir, { WEBHOOK_TIMEOUT_SECONDS: '60' });
    await givenWebhook(service, PLATFORM_PSK, receiver.url);
    receiver.answer = () => new Promise(() => undefined);
    await givenEvent(service, PLATFORM_PSK, 'g', '1');
    await receiver.until(1);
    const begin = performance.now();
    expect((await service.kill('SIGTERM')).code).toBe(0);
    expect(performance.now() - begin).toBeLessThan(9_000);
    receiver.answer = () => ({ status: 200 });
    await start(dataDir);
    await receiver.until(2);
    expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(1);
  });

  describe('of two that share a log', () => {
    let server: EventStoreDbServer;
    beforeEach(async () => {
      server = await EventStoreDbServer.start();
    });
    afterEach(async () => {
      await Promise.all(processes.splice(0).map((process) => process.kill('SIGKILL')));
      await server.stop();
    });
    const replica = async (): Promise<ServiceProcess> =>
      start(await folder(), {
        EVENT_STORE_URL: server.url,
        PSK_PEPPER: PEPPER,
        WEBHOOK_SECRET_KEY: SECRET_KEY,
      });
    const holders = async (): Promise<readonly string[]> => {
      const found: string[] = [];
      for await (const { type, data } of server.content.readAll())
        if (type === 'WebhookLeaseTaken') found.push(String(data['holder']));
      return found;
    };

    it('leaves its lease to the other one, which goes on where it stood: one sends at a time', async () => {
      const [one, other] = [await replica(), await replica()];
      const hook = await givenWebhook(one, PLATFORM_PSK, receiver.url);
      for (let n = 0; n < 20; n++)
        await givenEvent(n % 2 === 0 ? one : other, PLATFORM_PSK, `g${n % 4}`, `${n}`);
      await eventually(
        async () => arrived(),
        ({ ids }) => ids.size === 20,
      );
      // Both saw every event, one of them sent it.
      expect(receiver.received).toHaveLength(20);
      const [first] = await holders();
      expect(new Set(await holders()).size).toBe(1);

      // Who it is, is told by whose pending deliveries are shown at once.
      const shown = await Promise.all(
        [one, other].map((service) => deliveriesOf(service, PLATFORM_PSK, hook)),
      );
      const [sender, heir] = (shown[0]?.length ?? 0) > 0 ? [one, other] : [other, one];
      await sender.kill('SIGKILL');
      for (let n = 20; n < 30; n++) await givenEvent(heir, PLATFORM_PSK, `g${n % 4}`, `${n}`);
      await eventually(
        async () => arrived(),
        ({ ids }) => ids.size === 30,
      );
      const after = await holders();
      expect(after[0]).toBe(first);
      expect(after.at(-1)).not.toBe(first);
      const { names } = arrived();
      for (let g = 0; g < 4; g++)
        expect(names.get(`group-g${g}`)).toEqual(
          Array.from({ length: 30 }, (_, n) => n)
            .filter((n) => n % 4 === g)
            .map(String),
        );
    });

    it('that stops in good order hands over at once, and nothing is sent twice', async () => {
      const one = await replica();
      const hook = await givenWebhook(one, PLATFORM_PSK, receiver.url);
      for (let n = 0; n < 10; n++) await givenEvent(one, PLATFORM_PSK, 'g', `${n}`);
      await receiver.until(10);
      const other = await replica();
      expect((await one.kill('SIGTERM')).code).toBe(0);
      // What the other one shows was recorded by the first.
      expect(
        (
          await eventually(
            () => deliveriesOf(other, PLATFORM_PSK, hook),
            ({ length }) => length === 10,
          )
        ).every(({ status }) => status === 'delivered'),
      ).toBe(true);
      const begin = performance.now();
      await givenEvent(other, PLATFORM_PSK, 'g', 'next');
      await receiver.until(11);
      expect(performance.now() - begin).toBeLessThan(10_000);
      expect(receiver.received.map(({ event }) => event.data['name'])).toEqual([
        ...Array.from({ length: 10 }, (_, n) => String(n)),
        'next',
      ]);
    });

    it('without a key that all of them have takes no webhook, and says why', async () => {
      const app = await startApp({ env: { EVENT_STORE_URL: server.url, PSK_PEPPER: PEPPER } });
      try {
        const body = { url: 'https://hooks.example.com/' };
        const { status, json } = await app.request('POST', WEBHOOKS, { psk: app.platformPsk, body });
        expect([status, json.type]).toEqual([409, 'urn:countersign:problem:webhook-secret-key-missing']);
        expect(json.detail).toContain('WEBHOOK_SECRET_KEY');
      } finally {
        await app.stop();
      }
    });
  });
});
