import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';
import { EventStreamClient } from '../support/event-stream.js';
import { givenDeployment, givenPsk, givenUser, givenUserWithPsk } from '../support/governed.js';
import { Governance, policyBody, trigger } from '../support/governance-app.js';
import { alice, bob, startIdentityApp, type IdentityApp } from '../support/identity-app.js';

const idsOf = ({ events }: EventStreamClient): string[] => events.map(({ id }) => id);
const typesOf = ({ events }: EventStreamClient): string[] => events.map(({ event }) => event);

const REFUSED = 'ended, because the credential is no longer good';

describe('a stream whose credential ends', () => {
  let app: App;
  const open: EventStreamClient[] = [];

  const follow = async (psk: string, query: Record<string, string> = {}): Promise<EventStreamClient> => {
    const client = await EventStreamClient.open(app.url, query, { psk });
    open.push(client);
    return client;
  };
  const touchDeployment = async (role: string): Promise<void> => {
    const answer = await app.request('PUT', '/api/models/churn/deployments/prod/allowed_roles', {
      psk: app.platformPsk,
      body: { allowed_roles: [role] },
    });
    expect(answer.status).toBe(200);
  };

  beforeAll(async () => {
    app = await startApp();
    await givenDeployment(app, 'prod');
  });
  afterEach(async () => {
    for (const client of open.splice(0)) await client.close();
  });
  afterAll(() => app.stop());

  it.each<[string, (userId: string, pskId: string) => Promise<unknown>]>([
    [
      'revoked key',
      (_, pskId) => app.request('DELETE', `/governance/v1/psks/${pskId}`, { psk: app.platformPsk }),
    ],
    ['disabled user', (userId) => givenUser(app, userId, { enabled: false })],
  ])('a %s reads nothing of what comes after, and is told where it ended', async (what, end) => {
    const userId = `u-${what.replace(' ', '-')}`;
    const { psk, id } = await givenUserWithPsk(app, userId);
    const client = await follow(psk);
    await touchDeployment(`${userId}-before`);
    await client.until(({ events }) => events.length === 1);

    await end(userId, id);
    const last = await app.store.head();
    await touchDeployment(`${userId}-after`);
    await client.ended;
    for (const position of idsOf(client)) expect(BigInt(position)).toBeLessThanOrEqual(last);
    expect(typesOf(client).filter((type) => type === 'RolesReplaced')).toHaveLength(1);
    expect(client.comments.at(-1)).toBe(REFUSED);
    expect(BigInt(client.lastEventId ?? '')).toBeLessThanOrEqual(last);
    await expect(follow(psk)).rejects.toThrow('401');
    expect(app.log.some((line) => line.includes('event stream ended') && line.includes('"refused"'))).toBe(
      true,
    );
  });

  it('a user who comes back into power goes on where the stream ended', async () => {
    const { psk, id } = await givenUserWithPsk(app, 'u-returns');
    const client = await follow(psk);
    await app.request('DELETE', `/governance/v1/psks/${id}`, { psk: app.platformPsk });
    await client.ended;
    await touchDeployment('meanwhile');
    const { psk: next } = await givenPsk(app, 'u-returns');
    const again = await follow(next, { after: client.lastEventId ?? '' });
    await again.until(({ events }) => typesOf(again).includes('RolesReplaced') && events.length >= 2);
    expect(typesOf(again)).toEqual(expect.arrayContaining(['RolesReplaced', 'PskIssued']));
  });

  it('an administrator who is one no longer gets only what a user gets', async () => {
    const { psk } = await givenUserWithPsk(app, 'u-root', { roles: ['governance-admin'] });
    const client = await follow(psk);
    const name = (groupId: string): Promise<unknown> =>
      app.request('PUT', `/governance/v1/groups/${groupId}`, {
        psk: app.platformPsk,
        body: { name: groupId },
      });
    await name('seen');
    await givenUser(app, 'u-root', { roles: [] });
    await name('unseen');
    await touchDeployment('seen-by-all');
    await client.until(({ events }) => events.some(({ event }) => event === 'RolesReplaced'));
    expect(typesOf(client)).toEqual(['GroupRecorded', 'UserRecorded', 'RolesReplaced']);
  });

  it("the platform's key hangs on no read model", async () => {
    const client = await follow(app.platformPsk);
    await touchDeployment('for-the-platform');
    await client.until(({ events }) => events.length === 1);
    expect(typesOf(client)).toEqual(['RolesReplaced']);
  });
});

describe('a stream under a token', () => {
  let app: IdentityApp;

  beforeAll(async () => {
    app = await startIdentityApp();
    await givenDeployment(app, 'prod');
  });
  afterAll(() => app.stop());

  it('ends when the token expires, although nothing happens', async () => {
    const client = await EventStreamClient.open(app.url, {}, { token: await app.provider.token(alice) });
    app.clock.advance(3_600);
    await client.ended;
    expect(client.comments.at(-1)).toBe(REFUSED);
    app.clock.advance(-3_600);
  });

  it('ends when the session is ended', async () => {
    const token = await app.provider.token(bob);
    const client = await EventStreamClient.open(app.url, {}, { token });
    const logoutToken = await app.provider.sign(
      {
        iss: app.provider.issuer,
        aud: ['countersign'],
        sub: bob.sub,
        iat: Math.floor(Date.now() / 1000),
        exp: Math.floor(Date.now() / 1000) + 60,
        jti: crypto.randomUUID(),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      },
      { typ: 'logout+jwt' },
    );
    const answer = await app.request('POST', '/auth/backchannel-logout', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      rawBody: `logout_token=${logoutToken}`,
    });
    expect(answer.status).toBe(200);
    await client.ended;
    expect(client.comments.at(-1)).toBe(REFUSED);
  });
});

describe('change requests and policies', () => {
  let governance: Governance;
  let policyId: string;
  let requestId: string;

  const follow = (who: string): Promise<EventStreamClient> =>
    EventStreamClient.open(governance.app.url, { after: '-1' }, { psk: governance.people[who]?.psk ?? '' });
  const feed = async (who: string, query = ''): Promise<{ subject: string; sequence: string }[]> =>
    (await governance.call(who, 'GET', `/governance/v1/events?limit=1000${query}`)).json.items;

  beforeAll(async () => {
    governance = await Governance.start();
    const deployment = await governance.deployment();
    policyId = await governance.policy(
      policyBody({
        trigger: trigger('deployment', 'update'),
        review: { groups: [{ id: 'risk' }] },
      }),
    );
    const request = await governance.request(deployment, 'changeImportance', { importance: 'HIGH' });
    requestId = request.id as string;
    await governance.review('rita', request, 'approved');
  });
  afterAll(() => governance.stop());

  it.each([
    ['the requester', 'owner', true, false],
    ['a reviewer', 'ron', true, false],
    ['somebody else', 'mallory', false, false],
    ['a reviewer of something else', 'lea', false, false],
    ['an approval administrator', 'admin', true, true],
  ])(
    'reach %s by what he may read, in the feed and in the stream',
    async (_, who, seesRequest, seesPolicy) => {
      const found = await feed(who);
      const has = (subject: string): boolean => found.some((event) => event.subject === subject);
      expect([has(`changeRequest-${requestId}`), has(`approvalPolicy-${policyId}`)]).toEqual([
        seesRequest,
        seesPolicy,
      ]);
      const ofRequest = await feed(who, `&entity=changeRequest-${requestId}`);
      expect(ofRequest.length > 2).toBe(seesRequest);
      const client = await follow(who);
      await client.until(({ events }) => events.length >= found.length);
      // Everybody sees this one, so what is not his would have come before it.
      await governance.deployment();
      await client.until(({ events }) => events.length > found.length);
      expect(idsOf(client).slice(0, found.length)).toEqual(found.map(({ sequence }) => sequence));
      expect(client.events[found.length]?.event).toMatch(/^Deployment/);
      await client.close();
    },
  );

  it('reach a reviewer the moment he becomes one, and no longer when he stops', async () => {
    const client = await follow('mallory');
    const isIn = async (groups: readonly string[]): Promise<void> => {
      await governance.native('PUT', 'users/mallory', { username: 'mallory', groups });
    };
    const comment = async (text: string): Promise<void> => {
      const { json } = await governance.call('owner', 'PATCH', `changeRequests/${requestId}/`, {
        comment: text,
      });
      expect(json.id).toBe(requestId);
    };
    await isIn(['risk']);
    await comment('seen');
    await client.until(({ events }) => events.some(({ event }) => event === 'ChangeRequestRevised'));
    await isIn([]);
    await comment('unseen');
    await governance.deployment();
    await client.until(({ events }) => events.at(-1)?.event.startsWith('Deployment') === true);
    expect(typesOf(client).filter((type) => type === 'ChangeRequestRevised')).toHaveLength(1);
    await client.close();
  });
});
