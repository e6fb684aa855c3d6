import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { EventStoreDbServer } from '../support/eventstoredb-server.js';
import { readLog } from '../support/history.js';
import { TcpGateway } from '../support/tcp-gateway.js';

const PAGE = readFileSync('docs/subscribing.md', 'utf8');

/** The programs of a section in one language. */
const programsIn = (heading: string, language: string): string[] => {
  const section = PAGE.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`)) ?? '';
  return [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text = '']) =>
    name === language ? [text] : [],
  );
};

const program = (heading: string, language: string, mark: string): string => {
  const [found, ...others] = programsIn(heading, language).filter((text) => text.includes(mark));
  if (found === undefined || others.length > 0) throw new Error(`not one program in ${language}: ${heading}`);
  return found;
};

const HOW = {
  sh: { file: 'example.sh', command: 'bash', flags: ['-eu'] },
  js: { file: 'example.mjs', command: process.execPath, flags: [] },
  python: { file: 'example.py', command: 'python3', flags: [] },
} as const;
type Language = keyof typeof HOW;

const isThere = (language: Language): boolean => spawnSync(HOW[language].command, ['--version']).status === 0;
/** Where an interpreter is missing its programs are not tried. */
const withAll = (...languages: readonly Language[]) => (languages.every(isThere) ? it : it.skip);

/** Inside the project, where its packages are found. */
const folder = mkdtempSync(join(dirname(fileURLToPath(import.meta.url)), 'example-'));
const running: ChildProcess[] = [];

/** What a program has printed so far. */
class Running {
  readonly lines: string[] = [];
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly waiting = new Set<() => void>();
  private complaints = '';

  constructor(language: Language, text: string, env: Readonly<Record<string, string>>) {
    const { file, command, flags } = HOW[language];
    const path = join(folder, file);
    writeFileSync(path, text);
    this.child = spawn(command, [...flags, path], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(this.child);
    this.child.stderr?.on('data', (chunk: Buffer) => (this.complaints += chunk.toString()));
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.lines.push(line);
      for (const wake of this.waiting) wake();
    });
    this.exited = once(this.child, 'close').then(([code]) => {
      for (const wake of this.waiting) wake();
      return code as number | null;
    });
  }

  async until(met: (lines: readonly string[]) => boolean): Promise<void> {
    while (!met(this.lines)) {
      if (this.child.exitCode !== null) throw new Error(`the program ended: ${this.complaints}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

const recordGroup = async (app: App, groupId: string): Promise<void> => {
  const body = { name: groupId };
  const answer = await app.request('PUT', `/governance/v1/groups/${groupId}`, { psk: app.platformPsk, body });
  expect(answer.status).toBe(201);
};

/** One line per event that is handed out, as the programs print it. */
const printed = async (app: App, type = (event: string) => `countersign.group.${event}`): Promise<string[]> =>
  (await readLog(app.store))
    .filter(({ stream }) => stream.startsWith('group-'))
    .map((event) => `${event.position} ${type(event.type)} ${event.id}`);

afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the examples of docs/subscribing.md', () => {
  let app: App;
  let gateway: TcpGateway;
  let env: Readonly<Record<string, string>>;

  const run = (language: Language, heading: string, mark: string): Running =>
    new Running(language, program(heading, language, mark), env);
  const consumer = async (name: string): Promise<string | undefined> =>
    (await app.request('GET', `/governance/v1/consumers/${name}`, { psk: app.platformPsk })).json.position;

  beforeAll(async () => {
    app = await startApp();
    gateway = new TcpGateway(() => Number(new URL(app.url).port));
    await gateway.open();
    env = { COUNTERSIGN_URL: `http://127.0.0.1:${gateway.port}`, COUNTERSIGN_KEY: app.platformPsk };
    for (const id of ['a', 'b', 'c']) await recordGroup(app, id);
  });
  afterAll(async () => {
    await gateway.refuse();
    await app.stop();
  });

  withAll('sh')('ask the feed with curl', async () => {
    const curl = run('sh', 'Pull feed', '/events?');
    expect(await curl.exited).toBe(0);
    expect(JSON.parse(curl.lines.join(''))).toEqual({ items: [], next: expect.stringMatching(/^\d+$/) });
  });

  it.each<[Language, string]>([
    ['js', 'node-feed'],
    ['python', 'python-feed'],
  ])('follow the feed in %s, and go on where they stopped', async (language, name) => {
    if (!isThere(language)) return;
    const first = run(language, 'Pull feed', '/events?');
    const before = await printed(app);
    await first.until(({ length }) => length >= before.length);
    expect(first.lines).toEqual(before);
    while ((await consumer(name)) === undefined) await first.until(() => true);
    await first.stop();

    await recordGroup(app, `after-${name}`);
    const second = run(language, 'Pull feed', '/events?');
    await second.until(({ length }) => length > 0);
    expect(second.lines).toEqual((await printed(app)).slice(before.length));
  });

  withAll('sh')('follow the stream with curl', async () => {
    const curl = run('sh', 'Stream', '/events/stream');
    const before = await printed(app);
    await curl.until((lines) => lines.filter((line) => line.startsWith('data: ')).length >= before.length);
    expect(curl.lines[0]).toBe('retry: 2000');
  });

  it.each<Language>(['js', 'python'])(
    'follow the stream in %s, through an interruption',
    async (language) => {
      if (!isThere(language)) return;
      const client = run(language, 'Stream', '/events/stream');
      const before = await printed(app);
      await client.until(({ length }) => length >= before.length);
      await recordGroup(app, `live-${language}`);
      await client.until(({ length }) => length > before.length);
      await gateway.refuse();
      await recordGroup(app, `meanwhile-${language}`);
      await gateway.open();
      await recordGroup(app, `later-${language}`);
      const all = await printed(app);
      await client.until(({ length }) => length >= all.length);
      expect(client.lines).toEqual(all);
    },
  );

  withAll('sh')('store a position, and look at a schema, with curl', async () => {
    const stored = run('sh', 'Consumer positions', '-X PUT');
    expect(await stored.exited).toBe(0);
    expect(JSON.parse(stored.lines.join(''))).toMatchObject({ name: 'siem', position: '2' });
    const shown = JSON.parse(programsIn('Consumer positions', 'json')[0] ?? '') as object;
    expect(Object.keys(JSON.parse(stored.lines.join('')) as object)).toEqual(Object.keys(shown));
    const schema = run('sh', 'Schemas and AsyncAPI', '/schemas/');
    expect(await schema.exited).toBe(0);
    expect(JSON.parse(schema.lines.join(''))).toMatchObject({ title: 'RolesReplaced' });
  });

  it('show the envelope as it is', async () => {
    const [shown] = programsIn('The envelope', 'json').map((text) => JSON.parse(text) as object);
    const { json } = await app.request('GET', '/governance/v1/events?limit=1', {
      psk: app.platformPsk,
      headers: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
    });
    const [event] = (json as { items: object[] }).items;
    const names = Object.keys(shown ?? {}).filter((name) => name !== 'traceparent');
    expect(Object.keys(event ?? {})).toEqual(names);
  });
});

describe('the example for EventStoreDB', () => {
  let server: EventStoreDbServer;
  let app: App;

  beforeAll(async () => {
    server = await EventStoreDbServer.start();
    app = await startApp({
      env: { EVENT_STORE_URL: server.url, PSK_PEPPER: 'the-pepper-that-all-replicas-share-0123456789' },
    });
  });
  afterAll(async () => {
    await app.stop();
    await server.stop();
  });

  it('follows the log, through an interruption', async () => {
    await recordGroup(app, 'a');
    const client = new Running('js', program('Directly from EventStoreDB', 'js', 'subscribeToAll'), {
      EVENT_STORE_URL: server.url,
    });
    await client.until(({ length }) => length >= 1);
    await recordGroup(app, 'b');
    await client.until(({ length }) => length >= 2);
    await server.gateway.refuse();
    await server.gateway.open();
    let recorded = false;
    while (!recorded) {
      const body = { name: 'c' };
      const answer = await app.request('PUT', '/governance/v1/groups/c', { psk: app.platformPsk, body });
      recorded = answer.status < 300;
    }
    const all = await printed(app, (type) => type);
    await client.until((lines) => lines.includes(all.at(-1) ?? ''));
    expect([...new Set(client.lines)]).toEqual(all);
  });
});
