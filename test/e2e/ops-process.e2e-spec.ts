import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DidNotStart, startProcess, type ServiceProcess } from '../support/service-process.js';

const KEY = 'a-platform-key-that-only-tests-know-0123456789';

describe('the process', () => {
  let folder: string;
  let running: ServiceProcess[];
  const start = async (env: Record<string, string> = {}): Promise<ServiceProcess> => {
    const service = await startProcess({ DATA_DIR: folder, ...env });
    running.push(service);
    return service;
  };
  const failure = async (env: Record<string, string>): Promise<DidNotStart> => {
    const error: unknown = await start(env).catch((reason: unknown) => reason);
    if (error instanceof DidNotStart) return error;
    throw new Error('it did start');
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-process-'));
    running = [];
  });
  afterEach(async () => {
    for (const service of running) await service.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells a person at the first start where it is, where the key lies and what to try, and later nothing', async () => {
    const first = await start();
    const path = join(folder, 'platform-psk');
    const psk = readFileSync(path, 'utf8').trim();
    expect(first.stderr).toContain(`Countersign listens on ${first.url}`);
    expect(first.stderr).toContain(path);
    expect(first.stderr).toContain(
      `curl -H "Authorization-PSK: $(cat '${path}')" ${first.url}/governance/v1/users`,
    );
    expect(first.stderr + first.stdout).not.toContain(psk);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await first.request('GET', '/governance/v1/users', { psk })).status).toBe(200);
    await first.kill();

    const second = await start();
    expect(second.stderr).toBe('');
    expect((await second.request('GET', '/governance/v1/users', { psk })).status).toBe(200);
  });

  it('lists everything that is wrong with its settings and ends with 1', async () => {
    const { exit, stderr } = await failure({ PORT: 'x', KEYCLOAK_ISUER: 'https://x', PLATFORM_PSK: 'short' });
    expect([exit, stderr]).toStrictEqual([
      { code: 1, signal: null },
      [
        "Countersign did not start: the configuration can't be used:",
        '  - PORT must be a whole number from 0 to 65535, not "x"',
        '  - PLATFORM_PSK must hold a key of 32 to 512 printable ASCII characters, without spaces and not with exactly two dots',
        '  - KEYCLOAK_ISUER is not a known setting; did you mean KEYCLOAK_ISSUER?',
        '',
      ].join('\n'),
    ]);
  });

  it('does not share its data folder, and says who has it', async () => {
    const first = await start({ PLATFORM_PSK: KEY });
    const { exit, stderr } = await failure({ PLATFORM_PSK: KEY });
    expect(exit).toStrictEqual({ code: 1, signal: null });
    expect(stderr).toMatch(new RegExp(`in use by process ${first.pid}`));
    expect((await first.request('GET', '/readyz')).status).toBe(200);
  });

  it('says so when its port is taken, and leaves the data folder free', async () => {
    const first = await start({ PLATFORM_PSK: KEY });
    const { port } = new URL(first.url);
    const other = mkdtempSync(join(tmpdir(), 'countersign-process-'));
    const { exit, stderr } = await failure({ DATA_DIR: other, PLATFORM_PSK: KEY, PORT: port });
    rmSync(other, { recursive: true });
    expect([exit.code, stderr]).toStrictEqual([1, expect.stringMatching(/EADDRINUSE/)]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes what is under way at %s, takes nothing new, and ends with 0',
    async (signal) => {
      const service = await start({ PLATFORM_PSK: KEY });
      const body = JSON.stringify({ name: 'Risk' });
      const underWay = request(`${service.url}/governance/v1/groups/risk`, {
        method: 'PUT',
        headers: {
          'authorization-psk': KEY,
          'content-type': 'application/json',
          'content-length': body.length,
          expect: '100-continue',
        },
      });
      const answer = new Promise<{ status?: number; connection?: string }>((resolve, reject) => {
        underWay.on('error', reject);
        underWay.on('response', (response) => {
          response.resume();
          resolve({
            ...(response.statusCode !== undefined && { status: response.statusCode }),
            ...(response.headers.connection !== undefined && { connection: response.headers.connection }),
          });
        });
      });
      // The server has read the headers, so the request is under way.
      await new Promise((resolve) => underWay.on('continue', resolve).flushHeaders());
      const ended = service.kill(signal);
      while (!service.stdout.includes('"message":"stopping"')) await new Promise(setImmediate);
      await expect(service.request('GET', '/livez')).rejects.toThrow('ECONNREFUSED');
      underWay.end(body);

      expect(await answer).toStrictEqual({ status: 201, connection: 'close' });
      expect(await ended).toStrictEqual({ code: 0, signal: null });
      expect(service.stdout).toContain('"message":"stopped"');

      const after = await start({ PLATFORM_PSK: KEY });
      expect((await after.request('GET', '/governance/v1/groups/risk', { psk: KEY })).json.name).toBe('Risk');
    },
  );

  it('ends at once at a second signal, whatever is under way', async () => {
    const service = await start({ PLATFORM_PSK: KEY });
    const hanging = request(`${service.url}/governance/v1/groups/risk`, {
      method: 'PUT',
      headers: {
        'authorization-psk': KEY,
        'content-type': 'application/json',
        'content-length': 10,
        expect: '100-continue',
      },
    });
    hanging.on('error', () => undefined);
    await new Promise((resolve) => hanging.on('continue', resolve).flushHeaders());
    const ended = service.kill();
    while (!service.stdout.includes('"message":"stopping"')) await new Promise(setImmediate);
    await service.kill('SIGINT');
    expect(await ended).toStrictEqual({ code: 1, signal: null });
  });

  it('gives a repeated request its first answer after it was killed', async () => {
    const write = (service: ServiceProcess) =>
      service.request('PUT', '/governance/v1/groups/risk', {
        psk: KEY,
        headers: { 'idempotency-key': 'once' },
        body: { name: 'Risk' },
      });
    const first = await start({ PLATFORM_PSK: KEY });
    const before = await write(first);
    await first.kill('SIGKILL');
    const after = await write(await start({ PLATFORM_PSK: KEY }));
    expect([before.status, after.status, after.headers['idempotent-replayed'], after.text]).toStrictEqual([
      201,
      201,
      'true',
      before.text,
    ]);
  });

  it('writes one JSON object per line, with no secret in any of them', async () => {
    const service = await start({ PLATFORM_PSK: KEY, LOG_LEVEL: 'trace' });
    const psk = { psk: KEY };
    await service.request('PUT', '/governance/v1/users/ann', { ...psk, body: { username: 'ann' } });
    const issued = await service.request('POST', '/governance/v1/users/ann/psk', { ...psk, body: {} });
    const hers = issued.json.psk as string;
    const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`;
    await service.request('GET', '/api/user/psk', { token });
    await service.request('GET', '/governance/v1/users', { psk: hers });
    await service.request('GET', `/governance/v1/users?psk=${hers}`);
    await service.request('GET', `/governance/v1/users/${hers}`, { psk: hers });
    await service.request('GET', '/governance/v1/users', { psk: hers, token });
    await service.request('GET', '/authz/check/api/models/m/deployments/d/run/x', { psk: hers });
    await service.request('POST', '/api/authz/decisions', {
      ...psk,
      body: {
        subject: { type: 'credential', value: hers },
        action: 'invoke',
        resource: { model: 'm', deployment: 'd' },
      },
    });
    await service.request('POST', '/api/authz/decisions', { ...psk, body: { subject: hers } });
    const metrics = (await service.request('GET', '/metrics')).text;
    await service.kill();

    const lines = service.stdout.trimEnd().split('\n');
    for (const line of lines)
      expect(Object.keys(JSON.parse(line) as object).slice(0, 2)).toStrictEqual(['level', 'time']);
    expect(lines.filter((line) => line.includes('"message":"request"')).length).toBeGreaterThan(9);
    for (const secret of [KEY, hers, hers.slice(17, 40), token, 'a'.repeat(40)]) {
      expect(service.stdout).not.toContain(secret);
      expect(service.stderr).not.toContain(secret);
      expect(metrics).not.toContain(secret);
    }
    const secretHash = readFileSync(join(folder, 'events.db')).includes(hers.slice(17));
    expect(secretHash).toBe(false);
  });

  it('says in the log who asked what, under which trace', async () => {
    const service = await start({ PLATFORM_PSK: KEY });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const headers = { traceparent, 'x-correlation-id': 'ticket 12' };
    const answer = await service.request('PUT', '/governance/v1/groups/risk?x=1', {
      psk: KEY,
      headers,
      body: { name: 'Risk' },
    });
    await service.request('GET', '/governance/v1/groups/none', { psk: KEY });
    await service.kill();
    const entries = service.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ message }) => message === 'request');
    expect(entries).toMatchObject([
      {
        level: 'info',
        requestId: answer.headers['x-request-id'],
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        correlationId: 'ticket 12',
        method: 'PUT',
        path: '/governance/v1/groups/risk',
        status: 201,
        actor: 'platform',
        credential: expect.stringMatching(/^[0-9a-f]{8}$/),
      },
      { method: 'GET', path: '/governance/v1/groups/none', status: 404, code: 'group-not-found' },
    ]);
  });
});
