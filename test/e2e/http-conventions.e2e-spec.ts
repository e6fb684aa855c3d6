import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { givenDeployment } from '../support/governed.js';

const ROLES = '/api/models/churn/deployments/conventions/allowed_roles';
const DEPLOYMENT = '/api/models/churn/deployments/conventions';
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('the conventions of every request', () => {
  let app: App;
  let psk: string;
  let roles = 0;

  const replaceRoles = (headers: Record<string, string> = {}) =>
    app.request('PUT', ROLES, { psk, headers, body: { allowed_roles: [`role-${++roles}`] } });
  const lastEvent = async () =>
    (await app.request('GET', '/governance/v1/audit?limit=1', { psk })).json.items[0];
  const head = async () => String(await app.store.head());

  beforeAll(async () => {
    app = await startApp();
    psk = app.platformPsk;
    await givenDeployment(app, 'conventions');
  });
  afterAll(() => app.stop());

  describe('a write', () => {
    it('says where its event stands and which revision the entity has, and the next read shows it', async () => {
      const { status, headers } = await replaceRoles();
      expect([status, headers['x-event-position'], headers['x-read-model']]).toStrictEqual([
        200,
        await head(),
        undefined,
      ]);
      const read = await app.request('GET', DEPLOYMENT, { psk });
      expect([read.json.allowed_roles, read.headers['etag']]).toStrictEqual([
        [`role-${roles}`],
        headers['etag'],
      ]);
    });

    it("says where the entity's last event stands when nothing changed", async () => {
      const { headers } = await replaceRoles();
      const again = await app.request('PUT', ROLES, { psk, body: { allowed_roles: [`role-${roles}`] } });
      expect([again.status, again.headers['x-event-position'], again.headers['etag']]).toStrictEqual([
        200,
        headers['x-event-position'],
        headers['etag'],
      ]);
      expect(await head()).toBe(headers['x-event-position']);
    });

    it('puts who, why and in which context into the event', async () => {
      const { headers } = await replaceRoles({
        'x-correlation-id': 'ticket 4711',
        'x-change-reason': 'Pr%C3%BCfung%0Atwo lines',
        traceparent: TRACE,
      });
      expect(headers['x-correlation-id']).toBe('ticket 4711');
      expect(await lastEvent()).toMatchObject({
        eventType: 'RolesReplaced',
        actor: { kind: 'platform', id: 'platform', name: null },
        credential: { type: 'platform_psk', id: expect.stringMatching(/^[0-9a-f]{8}$/) },
        correlationId: 'ticket 4711',
        causationId: headers['x-request-id'],
        reason: 'Prüfung\ntwo lines',
        traceparent: TRACE,
      });
    });

    it('makes a correlation id when none is sent, and drops a traceparent that is none', async () => {
      const { headers } = await replaceRoles({ traceparent: 'nonsense' });
      expect(await lastEvent()).toMatchObject({
        correlationId: headers['x-correlation-id'],
        reason: null,
        traceparent: null,
      });
    });

    it('takes If-Match: this revision, or any', async () => {
      const { headers } = await app.request('GET', DEPLOYMENT, { psk });
      expect((await replaceRoles({ 'if-match': headers['etag'] ?? '' })).status).toBe(200);
      expect((await replaceRoles({ 'if-match': '*' })).status).toBe(200);
    });

    it('refuses If-Match with another revision, and changes nothing', async () => {
      const before = await head();
      expect(await replaceRoles({ 'if-match': '"0"' })).toMatchObject({
        status: 412,
        json: {
          error: expect.stringMatching(/^If-Match does not hold: the entity is at revision \d+$/),
          code: 412,
        },
      });
      expect(await head()).toBe(before);
    });

    it.each([
      ['If-Match', '7'],
      ['If-Match', 'W/"7"'],
      ['Idempotency-Key', 'k'.repeat(256)],
      ['X-Correlation-Id', 'c'.repeat(129)],
      ['X-Change-Reason', '%zz'],
    ])('refuses a malformed %s (%s) on every surface, and changes nothing', async (name, value) => {
      const before = await head();
      const headers = { [name]: value };
      expect(await replaceRoles(headers)).toMatchObject({
        status: 422,
        json: { detail: [{ loc: ['header', name], type: 'value_error' }] },
      });
      const native = await app.request('PUT', '/governance/v1/groups/risk', {
        psk,
        headers,
        body: { name: 'Risk' },
      });
      expect(native).toMatchObject({
        status: 422,
        json: { type: 'urn:countersign:problem:invalid-header', errors: [{ pointer: `/header/${name}` }] },
      });
      expect(await head()).toBe(before);
    });
  });

  describe('a read', () => {
    it('that names a position which was passed answers at once', async () => {
      const { headers } = await replaceRoles();
      const { status, json } = await app.request('GET', DEPLOYMENT, {
        psk,
        headers: { 'x-min-position': headers['x-event-position'] ?? '' },
      });
      expect([status, json.allowed_roles]).toStrictEqual([200, [`role-${roles}`]]);
    });

    it('that names a position which is still to come waits for it', async () => {
      const next = String((await app.store.head()) + 1n);
      const waiting = app.request('GET', DEPLOYMENT, { psk, headers: { 'x-min-position': next } });
      await replaceRoles();
      const { status, json } = await waiting;
      expect([status, json.allowed_roles]).toStrictEqual([200, [`role-${roles}`]]);
    });

    it('that names one which does not come gives up after 5 seconds', async () => {
      const start = performance.now();
      const answer = await app.request('GET', DEPLOYMENT, { psk, headers: { 'x-min-position': '999999' } });
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, json: { code: 503 } });
      expect(performance.now() - start).toBeGreaterThan(4_900);
    });

    it.each(['-1', 'abc', '1.5'])('refuses the position %j', async (position) => {
      const answer = await app.request('GET', '/governance/v1/users', {
        psk,
        headers: { 'x-min-position': position },
      });
      expect(answer).toMatchObject({
        status: 422,
        json: {
          type: 'urn:countersign:problem:invalid-header',
          errors: [{ pointer: '/header/X-Min-Position' }],
        },
      });
    });

    it('pays no attention to what is only said of writes', async () => {
      const headers = { 'if-match': 'nonsense', 'idempotency-key': '', 'x-change-reason': '%' };
      expect((await app.request('GET', DEPLOYMENT, { psk, headers })).status).toBe(200);
    });
  });

  describe('every answer', () => {
    it('carries a request id of our own making and is safe to show to a browser', async () => {
      const first = await app.request('GET', '/livez', { headers: { 'x-request-id': 'mine' } });
      const second = await app.request('GET', '/livez');
      expect(first.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
      expect(first.headers['x-request-id']).not.toBe(second.headers['x-request-id']);
      expect(first.headers).toMatchObject({
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(first.headers).not.toHaveProperty('server');
      expect(first.headers).not.toHaveProperty('x-powered-by');
    });
  });
});
