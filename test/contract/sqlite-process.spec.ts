import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../src/event-store/sqlite/sqlite.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import type { StoreProcessMessage } from '../support/store-process.js';
import { collect, newEvent, newEvents } from './event-store.fixtures.js';

const SCRIPT = fileURLToPath(new URL('../support/store-process.js', import.meta.url));

type Kind = StoreProcessMessage['kind'];
type MessageOf<K extends Kind> = Extract<StoreProcessMessage, { kind: K }>;

describe('the embedded log and its process', () => {
  let parent: string;
  let dataDir: string;
  let children: ChildProcess[];

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'countersign-process-'));
    dataDir = join(parent, 'data');
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map(kill));
    await rm(parent, { recursive: true });
  });

  const kill = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };

  /** Another process with this log, and everything it says, the first time it says something of a kind included. */
  const start = (doing: 'hold' | 'write' | 'fill', shellSetup = '') => {
    const child = spawn(
      'sh',
      ['-c', `${shellSetup} exec "$0" "$@"`, process.execPath, SCRIPT, dataDir, doing],
      {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    );
    children.push(child);
    const messages: StoreProcessMessage[] = [];
    child.on('message', (message: StoreProcessMessage) => messages.push(message));
    const all = <K extends Kind>(kind: K): MessageOf<K>[] =>
      messages.filter((message): message is MessageOf<K> => message.kind === kind);
    const until = async (kind: Kind, count = 1): Promise<void> => {
      while (all(kind).length < count) await once(child, 'message');
    };
    return { child, all, until };
  };

  const open = (): Promise<SqliteEventStore> => SqliteEventStore.open({ dataDir });

  it('a second process is refused, and told by whom', async () => {
    const store = await open();
    const second = start('hold');
    await second.until('refused');
    expect(second.all('refused')[0]!.message).toBe(
      `data folder ${dataDir} is already in use by process ${process.pid}`,
    );
    await store.append('s-1', [newEvent()], 'no-stream');
    await store.close();
  });

  it('the first process is named, whichever it is, and SIGKILL frees the folder', async () => {
    const holder = start('hold');
    await holder.until('open');
    await expect(open()).rejects.toThrow(
      `data folder ${dataDir} is already in use by process ${holder.child.pid}`,
    );
    await kill(holder.child);
    const store = await open();
    await store.close();
  });

  it('a second open in one process is refused too', async () => {
    const store = await open();
    await expect(open()).rejects.toMatchObject({ name: 'DataFolderInUse' });
    await store.append('s-1', [newEvent()], 'no-stream');
    const second = start('hold');
    await second.until('refused');
    await store.close();
  });

  it('killed while it writes, it has kept everything it acknowledged, once and whole', async () => {
    const writer = start('write');
    await writer.until('acknowledged', 200);
    await kill(writer.child);

    const store = await open();
    const stored = await collect(store.readAll());
    const acknowledged = writer.all('acknowledged');
    const places = new Map(stored.map((event) => [event.id, `${event.stream} ${event.revision}`]));
    expect(places.size).toBe(stored.length);
    for (const { id, stream, revision } of acknowledged) expect(places.get(id)).toBe(`${stream} ${revision}`);
    expect(stored.map(({ position }) => position)).toEqual(stored.map((_, i) => BigInt(i + 1)));
    await store.append('s-after', newEvents(1), 'no-stream');
    await store.close();
  });

  it('on a full disk appends fail, nothing is half written, reading goes on; with room again so does writing', async () => {
    const writer = start('fill', 'ulimit -f 800;');
    await writer.until('failed');
    const [failure] = writer.all('failed');
    const acknowledged = writer.all('acknowledged').map(({ id }) => id);
    expect(failure).toMatchObject({
      name: 'EventStoreUnavailable',
      message: expect.stringMatching(/^the event log can't be written: /),
      reachable: true,
      readable: acknowledged.length,
    });
    expect(acknowledged.length).toBeGreaterThan(0);
    if (writer.child.exitCode === null) await once(writer.child, 'exit');
    expect(writer.child.exitCode).toBe(0);

    const store = await open();
    expect((await collect(store.readAll())).map(({ id }) => id)).toEqual(acknowledged);
    await store.append('s-1', [newEvent()], BigInt(acknowledged.length - 1));
    await store.close();
  });

  it('its folder and files are for our eyes only', async () => {
    const store = await open();
    await store.append('s-1', [newEvent()], 'no-stream');
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    const files = readdirSync(dataDir);
    expect(files).toEqual(expect.arrayContaining(['events.db', 'events.db-wal', 'events.db-shm', 'lock.db']));
    for (const file of files)
      expect([file, statSync(join(dataDir, file)).mode & 0o777]).toEqual([file, 0o600]);
    await store.close();
  });

  it('close leaves the whole log in one file', async () => {
    const store = await open();
    await store.append('s-1', newEvents(3), 'no-stream');
    await store.close();
    const wal = join(dataDir, 'events.db-wal');
    expect(statSync(wal, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    await Promise.all(['-wal', '-shm'].map((end) => rm(join(dataDir, `events.db${end}`), { force: true })));
    const again = await open();
    expect(await again.head()).toBe(3n);
    await again.close();
  });

  it.each([
    [
      'of a newer format',
      (file: string) => alter(file, 'PRAGMA user_version = 7'),
      /has format 7, this build .* format 1/,
    ],
    [
      'of another application',
      (file: string) => alter(file, 'PRAGMA application_id = 5'),
      /another application/,
    ],
  ])('a file %s is refused, and the folder is not kept', async (_, change, message) => {
    await (await open()).close();
    const file = join(dataDir, 'events.db');
    change(file);
    for (let i = 0; i < 2; i++) await expect(open()).rejects.toThrow(message);
    alter(file, 'PRAGMA user_version = 1; PRAGMA application_id = 1131629671');
    await (await open()).close();
  });

  it('an append without a revision is answered as the first time also after a restart', async () => {
    const events = newEvents(2);
    const stream = `s-${randomUUID()}`;
    let store = await open();
    const answer = await store.append(stream, events, 'any');
    await store.append(stream, newEvents(1), 'stream-exists');
    await store.close();
    store = await open();
    expect(await store.append(stream, events, 'any')).toEqual(answer);
    await store.close();
  });
});

const alter = (file: string, sql: string): void => {
  const db = openDatabase(file);
  db.exec(sql);
  db.close();
};
