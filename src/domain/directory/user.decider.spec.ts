import { describe, expect, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import type { UserEvent, UserRecorded } from './directory.events.js';
import { userDecider, type TokenEntry, type UserEntry } from './user.decider.js';

const given = deciderSpec(userDecider);
const now = '2026-03-01T10:00:00.500Z';

const entry: UserEntry = {
  username: 'alice',
  email: 'Alice@Example.org',
  firstName: 'Alice',
  lastName: null,
  realmRoles: ['nx1_engineer', 'nx1_ask', 'nx1_ask'],
  groups: ['risk'],
  backendRoles: [],
  enabled: true,
};
const record = (change: Partial<UserEntry> = {}) =>
  ({ type: 'RecordUser', now, userId: 'u1', entry: { ...entry, ...change } }) as const;

const token: TokenEntry = {
  username: 'alice',
  email: 'alice@example.org',
  emailVerified: true,
  firstName: 'Alice',
  lastName: null,
  realmRoles: ['nx1_ask'],
  clientRoles: { reports: ['viewer'], governance: ['b', 'a'] },
  groups: ['/ml/risk'],
  backendRoles: ['nx1_ask'],
  issuedAt: '2026-03-01T09:00:00.000Z',
};
const fromToken = (change: Partial<TokenEntry> = {}) =>
  ({ type: 'RecordTokenUser', userId: 'u1', entry: { ...token, ...change } }) as const;

type Change = Partial<Omit<UserRecorded['data'], 'personal'>> & {
  readonly names?: Partial<{ username: string; email: string | null; firstName: string; lastName: string }>;
};
const recorded = ({ names, ...change }: Change = {}): UserEvent => ({
  type: 'UserRecorded',
  data: {
    userId: 'u1',
    realmRoles: ['nx1_ask', 'nx1_engineer'],
    clientRoles: {},
    groups: ['risk'],
    backendRoles: [],
    emailVerified: true,
    enabled: true,
    source: 'directory',
    statedAt: now,
    ...change,
    personal: {
      u1: { username: 'alice', email: 'Alice@Example.org', firstName: 'Alice', lastName: null, ...names },
    },
  },
});
const recordedByToken = ({ names, ...change }: Change = {}): UserEvent =>
  recorded({
    source: 'token',
    realmRoles: ['nx1_ask'],
    clientRoles: { governance: ['a', 'b'], reports: ['viewer'] },
    groups: ['/ml/risk'],
    backendRoles: ['nx1_ask'],
    statedAt: token.issuedAt,
    ...change,
    names: { email: 'alice@example.org', ...names },
  });

describe('recording a user by an administrator', () => {
  it('records the whole entry, its lists as sets', () => given().when(record()).then(recorded()));
  it('records nothing when the entry says the same, in whatever order', () =>
    given(recorded())
      .when(record({ realmRoles: ['nx1_ask', 'nx1_engineer'] }))
      .thenNothing());
  it('takes an address that an administrator states as verified, and no address as unverified', () =>
    given()
      .when(record({ email: null }))
      .then(recorded({ emailVerified: false, names: { email: null } })));
  it('replaces what a token said, client roles included', () =>
    given(recordedByToken()).when(record()).then(recorded()));
  it('has no entry for the platform, whose key acts under that name', () =>
    given()
      .when({ ...record(), userId: 'platform' })
      .thenRejects('reserved-user-id'));
  it('disables', () =>
    given(recorded())
      .when(record({ enabled: false }))
      .then(recorded({ enabled: false })));
});

describe('recording a user by a token', () => {
  it('records who appears for the first time', () => given().when(fromToken()).then(recordedByToken()));
  it('records nothing when a later token says the same', () =>
    given(recordedByToken())
      .when(fromToken({ issuedAt: '2026-03-01T09:30:00.000Z' }))
      .thenNothing());
  it('names a user without username by his id', () =>
    given()
      .when(fromToken({ username: null }))
      .then(recordedByToken({ names: { username: 'u1' } })));
  it('follows a later token: roles and groups it no longer has are gone', () =>
    given(recordedByToken())
      .when(
        fromToken({
          realmRoles: [],
          clientRoles: {},
          groups: [],
          backendRoles: [],
          issuedAt: '2026-03-02T00:00:00.000Z',
        }),
      )
      .then(
        recordedByToken({
          realmRoles: [],
          clientRoles: {},
          groups: [],
          backendRoles: [],
          statedAt: '2026-03-02T00:00:00.000Z',
        }),
      ));
  it('keeps what the token is silent on: groups, username, address and names', () =>
    given(recordedByToken())
      .when(
        fromToken({
          username: null,
          email: null,
          emailVerified: false,
          firstName: null,
          groups: null,
          realmRoles: ['nx1_monitor'],
          issuedAt: '2026-03-02T00:00:00.000Z',
        }),
      )
      .then(recordedByToken({ realmRoles: ['nx1_monitor'], statedAt: '2026-03-02T00:00:00.000Z' })));
  it('refreshes an entry of an administrator, and leaves it his: disabled stays disabled', () =>
    given(recorded({ enabled: false }))
      .when(fromToken({ issuedAt: '2026-03-02T00:00:00.000Z' }))
      .then(recordedByToken({ source: 'directory', enabled: false, statedAt: '2026-03-02T00:00:00.000Z' })));
  it('changes nothing by a token older than the entry: a role taken away does not come back', () =>
    given(recorded({ realmRoles: [] }))
      .when(fromToken({ issuedAt: '2026-03-01T10:00:00.000Z' }))
      .thenNothing());
});

describe('leaving a group', () => {
  it('is recorded for a member', () =>
    given(recorded())
      .when({ type: 'LeaveGroup', userId: 'u1', groupId: 'risk' })
      .then({ type: 'UserLeftGroup', data: { userId: 'u1', groupId: 'risk' } }));
  it.each([
    ['a user of other groups', [recorded({ groups: ['other'] })]],
    ['an unknown user', []],
  ])('is nothing for %s', (_, events) =>
    given(...events)
      .when({ type: 'LeaveGroup', userId: 'u1', groupId: 'risk' })
      .thenNothing(),
  );
  it('takes the group out of the entry', () => {
    const left = { type: 'UserLeftGroup', data: { userId: 'u1', groupId: 'risk' } } as const;
    const state = given(recorded(), { ...left, occurredAt: '2026-03-05T00:00:00.000Z' }).state();
    expect(state).toMatchObject({ entry: { groups: [] }, updatedAt: '2026-03-05T00:00:00.000Z' });
  });
});
