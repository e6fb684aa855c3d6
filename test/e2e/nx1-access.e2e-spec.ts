import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, ALICE, ENGINEER, Nx1People, OTHER } from '../support/nx1-people.js';
import type { Credential, Nx1Client } from '../support/nx1-client.js';

let people: Nx1People;
beforeAll(async () => {
  people = await Nx1People.start();
  // So that everybody stands in the directory, and no request below puts him there.
  for (const person of [ALICE, ADMIN, ENGINEER, OTHER]) await people.psk(person);
});
afterAll(() => people.stop());

const CALLERS = {
  'the platform': () => Promise.resolve({ psk: people.app.platformPsk }),
  "the owner's token": () => people.token(ALICE),
  "an administrator's token": () => people.token(ADMIN),
  "a role holder's token": () => people.token(ENGINEER),
  "another user's token": () => people.token(OTHER),
  "the owner's key": () => people.psk(ALICE),
  "an administrator's key": () => people.psk(ADMIN),
  "a role holder's key": () => people.psk(ENGINEER),
  "another user's key": () => people.psk(OTHER),
} as const satisfies Record<string, () => Promise<Credential>>;

type CallerName = keyof typeof CALLERS;
const clientOf = async (caller: CallerName): Promise<Nx1Client> =>
  people.platform.as(await CALLERS[caller]());

const OPEN = ['other', 'nx1_engineer'];
const LOCKED_TO_TOKENS = 'No roles are configured: owner or administrator required';
const LOCKED_TO_KEYS = 'No roles are configured: only the platform PSK is accepted';
const ROLE = 'Role required: other, nx1_engineer';
const YES = undefined;

let count = 0;
const deploymentWith = async (allowed_roles: readonly string[] | null): Promise<string> => {
  const name = `d${++count}`;
  const { status } = await people.platform.create({ name, owner: 'alice', allowed_roles });
  expect(status).toBe(201);
  return name;
};

/** Allowed, or refused with this text and without a trace in the log. */
const attempt = async (
  call: () => ReturnType<Nx1Client['get']>,
  status: number,
  refusal: string | undefined,
): Promise<void> => {
  const head = await people.app.store.head();
  const answer = await call();
  if (refusal === undefined) {
    expect(answer.status).toBe(status);
    return;
  }
  expect([answer.status, answer.json]).toStrictEqual([403, { error: refusal, code: 403 }]);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['www-authenticate']).toBeUndefined();
  expect(await people.app.store.head()).toBe(head);
};

// What each caller is told when the list has roles, is empty, and was never configured.
const MANAGERS: readonly (readonly [
  CallerName,
  string | undefined,
  string | undefined,
  string | undefined,
])[] = [
  ['the platform', YES, YES, YES],
  ["the owner's token", YES, YES, YES],
  ["an administrator's token", YES, YES, YES],
  ["a role holder's token", YES, LOCKED_TO_TOKENS, LOCKED_TO_TOKENS],
  ["another user's token", ROLE, LOCKED_TO_TOKENS, LOCKED_TO_TOKENS],
  ["the owner's key", ROLE, LOCKED_TO_KEYS, LOCKED_TO_KEYS],
  ["an administrator's key", ROLE, LOCKED_TO_KEYS, LOCKED_TO_KEYS],
  ["a role holder's key", YES, LOCKED_TO_KEYS, LOCKED_TO_KEYS],
  ["another user's key", ROLE, LOCKED_TO_KEYS, LOCKED_TO_KEYS],
];

describe('managing a deployment', () => {
  it.each(MANAGERS)(
    '%s: with roles %s, locked %s, never configured %s',
    async (caller, open, locked, never) => {
      const client = await clientOf(caller);
      for (const [list, refusal] of [
        [OPEN, open],
        [[], locked],
        [null, never],
      ] as const) {
        const name = await deploymentWith(list);
        await attempt(() => client.setRoles(name, { allowed_roles: ['nx1_engineer'] }), 200, refusal);
        const again = await deploymentWith(list);
        await attempt(() => client.stop(again), 200, refusal);
        await people.platform.stop(again);
        await attempt(() => client.start(again), 200, refusal);
        await attempt(() => client.archive(again), 204, refusal);
      }
    },
  );

  it('goes by the list as it is now: who took himself out stays out', async () => {
    const name = await deploymentWith(['nx1_engineer']);
    const engineer = await clientOf("a role holder's key");
    await attempt(() => engineer.setRoles(name, { allowed_roles: ['other'] }), 200, YES);
    await attempt(
      () => engineer.setRoles(name, { allowed_roles: ['nx1_engineer'] }),
      200,
      'Role required: other',
    );
  });

  it('is refused before a revision is compared or a state looked at', async () => {
    const name = await deploymentWith(OPEN);
    await people.platform.archive(name);
    const other = await clientOf("another user's token");
    await attempt(() => other.setRoles(name, {}, { 'if-match': '"99"' }), 200, ROLE);
  });
});

describe('reporting a run', () => {
  it.each([
    ['the platform', YES, YES],
    ["a role holder's key", YES, LOCKED_TO_KEYS],
    ["another user's key", ROLE, LOCKED_TO_KEYS],
    ["the owner's key", ROLE, LOCKED_TO_KEYS],
    ["the owner's token", 'A pre-shared key is required', 'A pre-shared key is required'],
    ["an administrator's token", 'A pre-shared key is required', 'A pre-shared key is required'],
    ["a role holder's token", 'A pre-shared key is required', 'A pre-shared key is required'],
  ] as const)('%s', async (caller, open, locked) => {
    const client = await clientOf(caller);
    for (const [list, refusal] of [
      [OPEN, open],
      [[], locked],
    ] as const) {
      const name = await deploymentWith(list);
      await attempt(() => client.reportRun(name, { airflow_run_id: 'r', status: 'running' }), 200, refusal);
    }
  });
});

describe('reading', () => {
  it.each(Object.keys(CALLERS) as CallerName[])('%s may, whatever the list says', async (caller) => {
    const name = await deploymentWith([]);
    const client = await clientOf(caller);
    expect((await client.get(name)).status).toBe(200);
    expect((await client.list('?limit=1')).status).toBe(200);
  });
});

const NOT_HIMSELF = 'Owner must be the caller: only the platform and administrators may name somebody else';

describe('naming the owner of a new deployment', () => {
  it.each([
    ["the owner's token", 'alice', YES],
    ["the owner's token", ALICE.sub, YES],
    ["the owner's token", 'Alice@example.org', YES],
    ["the owner's token", 'otto', NOT_HIMSELF],
    ["the owner's token", 'nobody-known', NOT_HIMSELF],
    ["the owner's key", 'alice', YES],
    ["the owner's key", 'otto', NOT_HIMSELF],
    ["an administrator's token", 'alice', YES],
    ["an administrator's key", 'nobody-known', YES],
    ['the platform', 'nobody-known', YES],
  ] as const)('%s: %s', async (caller, owner, refusal) => {
    const client = await clientOf(caller);
    await attempt(() => client.create({ name: `o${++count}`, owner }), 201, refusal);
  });
});
