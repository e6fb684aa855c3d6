import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { send } from '../support/http-client.js';
import { deliveriesOf, eventually, givenEvent, givenWebhook } from '../support/webhooks.js';

const PAGE = readFileSync('docs/subscribing.md', 'utf8');
const SECTION = PAGE.split(/^(?=### )/m).find((part) => part.startsWith('### A receiver\n')) ?? '';
const HOW = {
  js: { command: process.execPath, file: 'receiver.mjs' },
  python: { command: 'python3', file: 'receiver.py' },
} as const;

const program = (language: keyof typeof HOW): string => {
  const [, text] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(SECTION) ?? [];
  if (text === undefined) throw new Error(`no receiver in ${language}`);
  return text;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

describe('the receivers of docs/subscribing.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-receivers-'));
  let app: App;
  let running: ChildProcess | undefined;

  beforeAll(async () => {
    app = await startApp({ env: { WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true' } });
  });
  afterAll(async () => {
    running?.kill('SIGKILL');
    await app.stop();
    rmSync(folder, { recursive: true });
  });

  it.each(['js', 'python'] as const)('take what is signed, once, and nothing else: %s', async (language) => {
    const { command, file } = HOW[language];
    if (spawnSync(command, ['--version']).status !== 0) return;
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const hook = await givenWebhook(app, app.platformPsk, url, { entity: `group-${language}` });
    writeFileSync(join(folder, file), program(language));
    running = spawn(command, [join(folder, file)], {
      env: { ...process.env, WEBHOOK_SECRET: hook.secret, RECEIVER_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    createInterface({ input: running.stdout! }).on('line', (line) => lines.push(line));
    const forged = { 'webhook-id': 'x', 'webhook-timestamp': '1', 'webhook-signature': 'v1,AAAA' };
    const refused = await eventually(
      () => send(url, 'POST', '/', { headers: forged, body: {} }).catch(() => undefined),
      (answer) => answer !== undefined,
    );
    expect(refused?.status).toBe(401);

    await givenEvent(app, app.platformPsk, language, 'one');
    await givenEvent(app, app.platformPsk, language, 'two');
    const delivered = await eventually(
      () => deliveriesOf(app, app.platformPsk, hook, 'delivered'),
      ({ length }) => length === 2,
    );
    await app.request('POST', `${hook.path}/replay`, { psk: app.platformPsk, body: { after: '0' } });
    await eventually(
      () => deliveriesOf(app, app.platformPsk, hook, 'delivered'),
      (list) => list.every(({ attempts }) => attempts.length === 2),
    );
    expect(lines.map((line) => line.split(' ').at(-1))).toEqual(delivered.map(({ id }) => id).reverse());
    running.kill('SIGKILL');
  });
});
