import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { EventStoreDbServer } from '../support/eventstoredb-server.js';
import { collect, newEvents, newStream } from './event-store.fixtures.js';

describe('an EventStoreDB behind TLS', () => {
  let folder: string;
  let server: EventStoreDbServer;
  const file = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-tls-'));
    for (const name of ['store', 'other']) {
      execFileSync(
        'openssl',
        `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${name} -addext subjectAltName=IP:127.0.0.1 -keyout ${name}.key -out ${name}.pem`.split(
          ' ',
        ),
        { cwd: folder, stdio: 'ignore' },
      );
    }
    server = await EventStoreDbServer.start({
      key: readFileSync(file('store.key')),
      certificate: readFileSync(file('store.pem')),
    });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const at = (user: string, authority: string): string =>
    `esdb://${user}127.0.0.1:${server.gateway.port}?tlsCAFile=${encodeURIComponent(file(authority))}`;

  it('is trusted by its authority, and is shown user and password, whatever they are made of', async () => {
    const store = EventStoreDbEventStore.open({ url: at('me:p%40ss%3Aword@', 'store.pem') });
    const stream = newStream();
    await store.append(stream, newEvents(2), 'no-stream');
    expect(await collect(store.readStream(stream))).toHaveLength(2);
    await store.close();
    const shown = `Basic ${Buffer.from('me:p@ss:word').toString('base64')}`;
    expect(new Set(server.callers)).toEqual(new Set([shown]));
    expect(server.callers.length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['of another authority is not spoken to', () => at('me:secret@', 'other.pem')],
    ['without TLS on our side neither', () => `esdb://me:secret@127.0.0.1:${server.gateway.port}?tls=false`],
  ])('one %s, and the reason shows no password', async (_, url) => {
    const seen = server.callers.length;
    const store = EventStoreDbEventStore.open({ url: url() });
    const error = await store.append(newStream(), newEvents(1), 'no-stream').catch((e: Error) => e);
    expect(error).toMatchObject({ name: expect.stringMatching(/Unavailable|Unknown/) });
    expect(String((error as Error).stack)).not.toContain('secret');
    expect(await store.reachable()).toBe(false);
    expect(server.callers).toHaveLength(seen);
    await store.close();
  });

  it('whose authority is in no file is no store to open', () => {
    const open = (): unknown => EventStoreDbEventStore.open({ url: at('me:secret@', 'none.pem') });
    expect(open).toThrow(/ENOENT.*none\.pem/);
    expect(open).not.toThrow('secret');
  });
});
