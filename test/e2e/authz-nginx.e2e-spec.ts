import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenUserWithPsk, type IssuedPsk } from '../support/governed.js';
import { hasNginx, startNginx, type Nginx } from '../support/nginx.js';
import { PATH_TRICKS, PROD } from '../support/path-tricks.js';

const CONFIGURATION = 'docs/nginx/countersign.conf';
const INVOKE = `${PROD}/run/predict`;

interface Served {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Reply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** What serves the models, behind nginx. */
class Upstream {
  readonly served: Served[] = [];
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      this.served.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      response.end('scored');
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const withNginx = hasNginx() ? describe : describe.skip;

withNginx('nginx as documented (skipped where there is no nginx with auth_request)', () => {
  let app: App;
  let upstream: Upstream;
  let nginx: Nginx;
  let alice: IssuedPsk;
  let bob: IssuedPsk;
  /** Also closed when what should have been opened next couldn't be. */
  const opened: (() => unknown)[] = [];

  beforeAll(async () => {
    app = await startApp();
    opened.push(() => app.stop());
    await givenDeployment(app, 'prod', { roles: ['nx1_engineer'] });
    alice = await givenUserWithPsk(app, 'u-alice', { username: 'Älice', roles: ['nx1_engineer'] });
    bob = await givenUserWithPsk(app, 'u-bob', { roles: ['other'] });
    upstream = new Upstream();
    opened.push(() => upstream.stop());
    nginx = await startNginx(CONFIGURATION, {
      'server 127.0.0.1:3000;': `server ${new URL(app.url).host};`,
      'server 127.0.0.1:8080;': `server ${await upstream.start()};`,
    });
    opened.push(() => nginx.stop());
  });
  beforeEach(() => {
    upstream.served.length = 0;
  });
  afterAll(async () => {
    for (const close of opened.reverse()) await close();
  });

  const send = async (
    path: string,
    headers: Readonly<Record<string, string>> = {},
    { method = 'GET', body = '' } = {},
  ): Promise<Reply> => {
    const lines = Object.entries({
      host: 'models.example.com',
      connection: 'close',
      ...(body && { 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    const answer = await nginx.send(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
    const [head = '', ...rest] = answer.split('\r\n\r\n');
    return { status: Number(head.split(' ')[1]), head, body: rest.join('\r\n\r\n') };
  };
  const key = ({ psk }: { psk: string }): { 'authorization-psk': string } => ({ 'authorization-psk': psk });

  it('lets an allowed call through, with who it comes from and without its key', async () => {
    const { status, body } = await send(`${INVOKE}?verbose=1`, key(alice));
    expect([status, body]).toStrictEqual([200, expect.stringContaining('scored')]);
    expect(upstream.served).toHaveLength(1);
    const { url, headers } = upstream.served[0] as Served;
    expect(url).toBe(`${INVOKE}?verbose=1`);
    expect(headers).toMatchObject({
      'x-gov-user-id': 'u-alice',
      'x-gov-username': '%C3%84lice',
      'x-gov-roles': 'nx1_engineer',
      'x-gov-reason': 'role_match',
      'x-gov-credential': 'user_psk',
      'x-gov-psk-id': alice.id,
    });
    expect(JSON.stringify(headers)).not.toContain(alice.psk);
  });

  it('takes the key out of Authorization as well', async () => {
    expect((await send(INVOKE, { authorization: `Bearer ${alice.psk}` })).status).toBe(200);
    expect(upstream.served[0]?.headers.authorization).toBeUndefined();
  });

  it('hands a body on, which the decision does not look at', async () => {
    const body = JSON.stringify({ rows: 'x'.repeat(300_000) });
    expect((await send(INVOKE, key(alice), { method: 'POST', body })).status).toBe(200);
    expect(upstream.served).toMatchObject([{ method: 'POST', body }]);
  });

  it('replaces what a client says about itself', async () => {
    const forged = {
      'X-Gov-User-Id': 'root',
      'x-gov-username': 'root',
      'x-gov-roles': 'admin',
      'x-gov-psk-id': 'root',
      x_gov_user_id: 'root',
      'x-original-uri': '/api/models/churn/deployments/open/run/x',
    };
    expect((await send(INVOKE, { ...key({ psk: app.platformPsk }), ...forged })).status).toBe(200);
    const { headers } = upstream.served[0] as Served;
    expect(headers['x-gov-reason']).toBe('platform_psk');
    // The platform is no person: nginx removes headers that are empty.
    for (const name of ['x-gov-user-id', 'x-gov-username', 'x-gov-roles', 'x_gov_user_id']) {
      expect([name, headers[name]]).toStrictEqual([name, undefined]);
    }
    expect(headers['x-gov-psk-id']).toMatch(/^[0-9a-f]{8}$/);
  });

  it.each<[string, () => Record<string, string>, number, string | undefined]>([
    ['no credential', () => ({}), 401, 'WWW-Authenticate: Bearer realm="governance"'],
    [
      'a wrong key',
      () => key({ psk: 'x'.repeat(40) }),
      401,
      'WWW-Authenticate: Bearer realm="governance", error="invalid_token"',
    ],
    [
      'two credentials',
      () => ({ ...key(alice), authorization: `Bearer ${alice.psk}` }),
      401,
      'WWW-Authenticate: Bearer realm="governance", error="invalid_request"',
    ],
    ['no role', () => key(bob), 403, undefined],
  ])('refuses %s', async (_, headers, status, challenge) => {
    const reply = await send(INVOKE, headers(), { method: 'POST', body: '{}' });
    expect(reply.status).toBe(status);
    if (challenge !== undefined) expect(reply.head.toLowerCase()).toContain(challenge.toLowerCase());
    expect(upstream.served).toStrictEqual([]);
  });

  it('forgets an allowance as soon as the role is gone', async () => {
    const roles = (list: string[]): Promise<unknown> =>
      app.request('PUT', `${PROD}/allowed_roles`, { psk: app.platformPsk, body: { allowed_roles: list } });
    expect((await send(INVOKE, key(alice))).status).toBe(200);
    await roles([]);
    expect((await send(INVOKE, key(alice))).status).toBe(403);
    await roles(['nx1_engineer']);
    expect((await send(INVOKE, key(alice))).status).toBe(200);
  });

  // A line break ends the request line: what follows it is another header, not a part of the path.
  const SENDABLE = PATH_TRICKS.filter((path) => !/[\r\n]/.test(path));
  it.each(SENDABLE)('never lets the path %j reach another place', async (path) => {
    const { status } = await send(path, key({ psk: app.platformPsk }));
    if (status === 200) {
      // nginx read it as the plain path, asked about that, and hands on no other.
      expect(upstream.served.map(({ url }) => url)).toStrictEqual([PROD]);
      return;
    }
    expect([400, 403, 404]).toContain(status);
    expect(upstream.served).toStrictEqual([]);
  });

  it('takes off the headers of another proxy, which would contradict its own', async () => {
    const traefik = { 'x-forwarded-uri': '/api/models/churn/deployments/open', 'x-forwarded-method': 'GET' };
    expect((await send(INVOKE, { ...key(alice), ...traefik })).status).toBe(200);
    expect(upstream.served.map(({ url }) => url)).toStrictEqual([INVOKE]);
  });

  it('does not offer the check itself, nor anything else', async () => {
    for (const path of ['/_countersign', '/authz/check', '/', '/governance/v1/users/u-alice']) {
      expect([path, (await send(path, key({ psk: app.platformPsk }))).status]).toStrictEqual([path, 404]);
    }
  });

  it('stays closed while the service is away', async () => {
    await app.stop();
    for (const headers of [key(alice), key({ psk: app.platformPsk }), {}]) {
      expect((await send(INVOKE, headers)).status).toBe(500);
    }
    expect(upstream.served).toStrictEqual([]);
  });
});
