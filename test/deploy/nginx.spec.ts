import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { projectFile, readCompose, readVariables } from '../support/deployment-files.js';
import { givenDeployment, givenUserWithPsk } from '../support/governed.js';
import { send } from '../support/http-client.js';
import { hasNginx, startNginx, type Nginx } from '../support/nginx.js';

const CONFIGURATION = projectFile('deploy/nginx/countersign.conf');

const serverOf = (configuration: string, from: string): string =>
  configuration.slice(configuration.indexOf(from)).replace(/ {4}listen .*\n {4}server_name .*\n/, '');

describe("the compose file's nginx", () => {
  it('decides on calls of models exactly as the documented configuration does', () => {
    const documented = serverOf(projectFile('docs/nginx/countersign.conf'), 'server {');
    const [, models] = CONFIGURATION.split(/(?=^server \{$)/m).slice(1);
    expect(serverOf(models!, 'server {')).toBe(documented);
  });

  it('names the replicas that there are, and listens on the ports that are open', () => {
    const { services } = readCompose(readVariables('.env'));
    const replicas = Object.entries(services).filter(([, { build }]) => build !== undefined);
    const named = [...CONFIGURATION.matchAll(/server ([\w-]+):3000 resolve/g)].map(([, name]) => name);
    expect(named).toEqual(replicas.map(([name]) => name));
    const open = services['nginx']!.ports!.map((port) => port.split(':')[2]);
    const listening = [...CONFIGURATION.matchAll(/listen (\d+);/g)].map(([, port]) => port);
    expect(listening).toEqual(open);
  });
});

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** `resolve` in an upstream came with nginx 1.27.3; an older one resolves at its start, which does for this test. */
const forThisNginx = (configuration: string): string => {
  const { stderr } = spawnSync('nginx', ['-v'], {
    env: { PATH: `${process.env['PATH']}:/usr/sbin` },
    encoding: 'utf8',
  });
  const [, major, minor, patch] = /nginx\/(\d+)\.(\d+)\.(\d+)/.exec(stderr) ?? [];
  const resolves = Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch) >= 1_027_003;
  return resolves ? configuration : configuration.replaceAll(' resolve ', ' ');
};

const withNginx = hasNginx() ? describe : describe.skip;

withNginx('it, at work (skipped where there is no nginx with auth_request)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-nginx-'));
  let replicas: App[] = [];
  let nginx: Nginx;
  let api: string;

  beforeAll(async () => {
    // Two services, not two replicas: each has a log of its own, so that answers tell who gave them.
    replicas = [await startApp(), await startApp()];
    const [first, second] = replicas as [App, App];
    const [apiPort, servingPort] = [await freePort(), await freePort()];
    api = `http://127.0.0.1:${apiPort}`;
    const file = join(folder, 'both.conf');
    writeFileSync(file, forThisNginx(CONFIGURATION) + projectFile('deploy/nginx/serving.conf'));
    nginx = await startNginx(
      file,
      {
        'server countersign-1:3000': `server ${new URL(first.url).host}`,
        'server countersign-2:3000': `server ${new URL(second.url).host}`,
        'server 127.0.0.1:8090;': `server 127.0.0.1:${servingPort};`,
        'listen 127.0.0.1:8090;': `listen 127.0.0.1:${servingPort};`,
        'listen 8000;': `listen 127.0.0.1:${apiPort};`,
      },
      'listen 8001;',
    );
  });
  afterAll(async () => {
    await nginx.stop();
    for (const app of replicas) await app.stop();
    rmSync(folder, { recursive: true });
  });

  it('spreads calls over both, and says that it lives', async () => {
    expect((await send(api, 'GET', '/nginx-health')).status).toBe(204);
    const psk = replicas[0]!.platformPsk;
    await replicas[0]!.request('PUT', '/governance/v1/groups/one', { psk, body: { name: 'One' } });
    const statuses = new Set<number>();
    for (let i = 0; i < 10; i++) {
      statuses.add((await send(api, 'GET', '/governance/v1/groups/one', { psk })).status);
    }
    expect(statuses).toEqual(new Set([200, 404]));
  });

  it('hands a model call on when it is allowed', async () => {
    for (const app of replicas) await givenDeployment(app, 'prod', { roles: ['nx1_ask'] });
    const call = (psk: string): Promise<string> =>
      nginx.send(
        `POST /api/models/churn/deployments/prod/run/predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
          `Authorization-PSK: ${psk}\r\nContent-Length: 2\r\n\r\n{}`,
      );
    const allowed = await call(replicas[0]!.platformPsk);
    expect(allowed).toMatch(/^HTTP\/1\.1 200 /);
    expect(allowed).toContain('the stand-in in deploy/nginx/serving.conf');
    const { psk } = await givenUserWithPsk(replicas[0]!, 'u-1', { roles: ['nx1_monitor'] });
    expect(await call(psk)).toMatch(/^HTTP\/1\.1 40[13] /);
    expect(await call('nobodys-key-0123456789-0123456789-0123')).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('asks the other replica when one is away', async () => {
    await replicas[1]!.stop();
    const { platformPsk: psk } = replicas[0]!;
    for (let i = 0; i < 6; i++) {
      expect((await send(api, 'GET', '/governance/v1/groups/one', { psk })).status).toBe(200);
      const put = await send(api, 'PUT', '/governance/v1/groups/one', { psk, body: { name: `One ${i}` } });
      expect(put.status).toBe(200);
    }
    replicas = [replicas[0]!];
  });
});
