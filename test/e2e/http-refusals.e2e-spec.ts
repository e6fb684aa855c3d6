import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { givenDeployment } from '../support/governed.js';
import type { RequestOptions } from '../support/http-client.js';

const ROLES = '/api/models/churn/deployments/refusals/allowed_roles';
const GROUP = '/governance/v1/groups/risk';
const EVALUATION = '/access/v1/evaluation';
const MIB = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
/** A JSON text of exactly this many bytes. */
const sized = (bytes: number): string => `"${'x'.repeat(bytes - 2)}"`;

/** What each surface makes of a refusal. */
const nx1 = (status: number, error: unknown = expect.any(String)): object => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  json: { error, code: status },
});
const native = (status: number, slug: string): object => ({
  status,
  headers: { 'content-type': 'application/problem+json; charset=utf-8' },
  json: { type: `urn:countersign:problem:${slug}`, status, traceId: expect.any(String) },
});

describe('refusals that no handler sees', () => {
  let app: App;
  let psk: string;
  const as = (method: string, path: string, options: RequestOptions = {}) =>
    app.request(method, path, { psk, ...options });

  beforeAll(async () => {
    app = await startApp();
    psk = app.platformPsk;
    await givenDeployment(app, 'refusals');
  });
  afterAll(() => app.stop());

  describe('by the router', () => {
    it('an unknown path', async () => {
      expect(await as('GET', '/api/models')).toMatchObject(nx1(404, 'There is nothing at this path'));
      expect(await as('GET', '/governance/v1/nowhere')).toMatchObject(native(404, 'not-found'));
      expect(await as('GET', '/')).toMatchObject(native(404, 'not-found'));
      expect(await as('GET', '/access/v1/nowhere')).toMatchObject({ status: 404 });
    });

    it('a segment that only looks like a prefix', async () => {
      expect(await as('GET', '/api/modelsx')).toMatchObject(native(404, 'not-found'));
    });

    it('an empty name', async () => {
      expect(await as('GET', '/api/models//deployments')).toMatchObject(nx1(404));
    });

    it.each([
      ['PATCH', ROLES, 'PUT', nx1(405, 'PATCH is not possible at this path')],
      ['GET', ROLES, 'PUT', nx1(405)],
      ['PUT', '/api/models/churn/deployments', 'GET, HEAD, POST', nx1(405)],
      ['POST', GROUP, 'DELETE, GET, HEAD, PUT', native(405, 'method-not-allowed')],
      ['GET', EVALUATION, 'POST', { status: 405 }],
      ['PROPFIND', '/governance/v1/users', 'GET, HEAD', native(405, 'method-not-allowed')],
    ])('the method %s at %s', async (method, path, allow, refusal) => {
      const answer = await as(method, path);
      expect(answer).toMatchObject(refusal);
      expect(answer.headers['allow']).toBe(allow);
    });

    it.each(['%zz', '%', '%c3', 'a%2'])('the broken encoding %s', async (broken) => {
      expect(await as('GET', `/api/models/${broken}/deployments`)).toMatchObject(
        nx1(400, 'The path holds a broken percent-encoding'),
      );
      expect(await as('GET', `/governance/v1/users/${broken}`)).toMatchObject(native(400, 'bad-path'));
      expect(await as('GET', `/nowhere/${broken}`)).toMatchObject(native(400, 'bad-path'));
    });

    it('and writes each of them to the log, also those that no route was found for', async () => {
      await as('GET', '/api/models/%zz/logged');
      const line = app.log.find((entry) => entry.includes('/api/models/%zz/logged')) ?? '{}';
      expect(JSON.parse(line)).toMatchObject({
        message: 'request',
        status: 400,
        code: 'bad-path',
        actor: 'platform',
      });
    });

    it('all of it only to a caller who is known', async () => {
      for (const path of ['/api/models/%zz/deployments', '/api/models', '/', '/governance/v1/users/%zz']) {
        const { status, headers } = await app.request('GET', path);
        expect([path, status, headers['www-authenticate'], headers['cache-control']]).toStrictEqual([
          path,
          401,
          'Bearer realm="governance"',
          'no-store',
        ]);
      }
      expect((await app.request('PATCH', ROLES)).status).toBe(401);
    });
  });

  describe('by the limits', () => {
    it('take a body of 1 MiB, refuse one byte more', async () => {
      const send = (bytes: number) => as('PUT', GROUP, { rawBody: sized(bytes), headers: JSON_TYPE });
      expect((await send(MIB)).status).toBe(422);
      expect(await send(MIB + 1)).toMatchObject(native(413, 'body-too-large'));
      const toNx1 = await as('PUT', ROLES, { rawBody: sized(MIB + 1), headers: JSON_TYPE });
      expect(toNx1).toMatchObject(nx1(413, 'The body is larger than 1048576 bytes'));
    });

    it('refuse a large body that does not say how large it is', async () => {
      const { hostname, port } = new URL(app.url);
      const socket = connect(Number(port), hostname);
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      const closed = new Promise((resolve) => socket.on('close', resolve));
      socket.write(
        `PUT ${GROUP} HTTP/1.1\r\nHost: x\r\nAuthorization-PSK: ${psk}\r\nContent-Type: application/json\r\n` +
          'Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n',
      );
      const chunk = 'x'.repeat(64 * 1024);
      for (let sent = 0; sent <= 2 * MIB; sent += chunk.length)
        socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
      socket.write('0\r\n\r\n');
      await closed;
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    });

    it('answer an anonymous caller before his body has arrived', async () => {
      const { hostname, port } = new URL(app.url);
      const socket = connect(Number(port), hostname);
      socket.write(
        `PUT ${ROLES} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n[`,
      );
      const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
      socket.destroy();
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /);
      const whole = await app.request('PUT', ROLES, { rawBody: sized(10_000_000), headers: JSON_TYPE });
      expect(whole).toMatchObject(nx1(401, 'Not authenticated'));
    });

    it('tell a caller who asks first to send his body only when it will be read', async () => {
      const ask = (headers: Record<string, string | number>) =>
        new Promise<string>((resolve, reject) => {
          const outgoing = httpRequest(`${app.url}${GROUP}`, {
            method: 'PUT',
            headers: { ...JSON_TYPE, ...headers, expect: '100-continue' },
          });
          outgoing.on('error', reject);
          outgoing.on('continue', () => {
            resolve('go on');
            outgoing.destroy();
          });
          outgoing.on('response', ({ statusCode }) => {
            resolve(String(statusCode));
            outgoing.destroy();
          });
          outgoing.flushHeaders();
        });
      expect(await ask({ 'content-length': 10 })).toBe('401');
      expect(await ask({ 'content-length': MIB + 1, 'authorization-psk': psk })).toBe('413');
      expect(await ask({ 'content-length': MIB, 'authorization-psk': psk })).toBe('go on');
    });

    it('take 64 levels, refuse 65', async () => {
      const send = (path: string, levels: number) =>
        as('PUT', path, { rawBody: nested(levels), headers: JSON_TYPE });
      expect((await send(GROUP, 64)).status).toBe(422);
      expect(await send(GROUP, 65)).toMatchObject(native(400, 'nesting-too-deep'));
      expect(await send(ROLES, 10_000)).toMatchObject(nx1(400, 'The body nests more than 64 levels deep'));
    });

    it('take headers of 16 KiB in all, refuse more', async () => {
      const send = (path: string, bytes: number) =>
        as('GET', path, { headers: { 'x-padding': 'p'.repeat(bytes) } });
      expect((await send('/governance/v1/users', 15 * 1024)).status).toBe(200);
      expect(await send('/governance/v1/users', 17 * 1024)).toMatchObject(native(431, 'headers-too-large'));
      expect(await send('/api/models/churn/deployments', 17 * 1024)).toMatchObject(nx1(431));
      expect((await send('/livez', 17 * 1024)).status).toBe(431);
      expect((await send('/livez', 80 * 1024)).status).toBe(431);
    });

    it('leave the connection usable', async () => {
      expect((await as('GET', '/governance/v1/users')).status).toBe(200);
    });
  });

  describe('by what the body is', () => {
    const put = (path: string, rawBody: string | Uint8Array, type = 'application/json') =>
      as('PUT', path, { rawBody, headers: { 'content-type': type } });

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'nonsense'])(
      'declared as %s',
      async (type) => {
        expect(await put(GROUP, '{"name":"x"}', type)).toMatchObject(native(415, 'unsupported-media-type'));
      },
    );

    it('not declared at all', async () => {
      expect(await as('PUT', GROUP, { rawBody: '{"name":"x"}' })).toMatchObject(
        native(415, 'unsupported-media-type'),
      );
    });

    it('malformed, not UTF-8, polluting or absent', async () => {
      expect(await put(GROUP, '{"name":')).toMatchObject(native(400, 'malformed-json'));
      expect(await put(GROUP, Buffer.from([0x22, 0xff, 0x22]))).toMatchObject(native(400, 'invalid-utf8'));
      expect(await put(GROUP, '{"name":"x","__proto__":{"a":1}}')).toMatchObject(
        native(422, 'forbidden-key'),
      );
      expect(await as('PUT', GROUP)).toMatchObject(native(422, 'body-missing'));
    });

    it('without changing anything', async () => {
      expect((await as('GET', GROUP)).status).toBe(404);
    });
  });

  it('come in this order: who, limits, headers, body, whether it exists', async () => {
    const missing = '/api/models/churn/deployments/missing/allowed_roles';
    const badHeader = { 'if-match': 'nonsense' };
    const tooDeep = nested(65);
    const status = async (options: RequestOptions, credential: RequestOptions = { psk }) =>
      (await app.request('PUT', missing, { ...credential, ...options })).status;

    expect(await status({ rawBody: tooDeep, headers: { ...JSON_TYPE, ...badHeader } }, {})).toBe(401);
    expect(await status({ rawBody: tooDeep, headers: { ...JSON_TYPE, ...badHeader } })).toBe(400);
    const headerFirst = await app.request('PUT', missing, {
      psk,
      body: { allowed_roles: 1 },
      headers: badHeader,
    });
    expect(headerFirst.json.detail[0].loc).toStrictEqual(['header', 'If-Match']);
    expect(await status({ body: { allowed_roles: 1 }, headers: { 'if-match': '"9"' } })).toBe(422);
    expect(await status({ body: { allowed_roles: [] }, headers: { 'if-match': '"9"' } })).toBe(404);
  });

  it('say nothing of what went wrong inside, and write it to the log', async () => {
    const broken = await startApp();
    try {
      await broken.store.close();
      const answer = await broken.request('PUT', GROUP, { psk: broken.platformPsk, body: { name: 'x' } });
      expect(answer).toMatchObject(native(503, 'event-store-unavailable'));
      expect(answer.headers['retry-after']).toBe('1');
      expect((await broken.request('GET', '/readyz')).status).toBe(503);
    } finally {
      await broken.stop();
    }
  });
});
