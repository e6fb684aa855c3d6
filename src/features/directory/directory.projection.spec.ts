import { beforeEach, describe, expect, it } from '@jest/globals';
import { SingleProjection } from '../../../test/support/single-projection.js';
import type { Config } from '../../platform/config/config.js';
import { DirectoryRecords } from './directory-records.js';
import { directoryProjection } from './directory.projection.js';
import { ReadModelCredentials } from './read-model-credentials.js';
import { ReadModelDirectory } from './read-model-directory.js';

let projection: SingleProjection;
let directory: ReadModelDirectory;
let credentials: ReadModelCredentials;

beforeEach(() => {
  projection = new SingleProjection(directoryProjection);
  const records = new DirectoryRecords(projection.readModels);
  directory = new ReadModelDirectory(records, { keycloak: { clientId: 'countersign' } } as Config);
  credentials = new ReadModelCredentials(records);
});

interface UserChange {
  readonly username?: string;
  readonly email?: string | null;
  readonly emailVerified?: boolean;
  readonly realmRoles?: readonly string[];
  readonly clientRoles?: Readonly<Record<string, readonly string[]>>;
  readonly groups?: readonly string[];
}
const recorded = (userId: string, change: UserChange = {}): void => {
  const { username = userId, email = null, ...rest } = change;
  projection.happened('UserRecorded', {
    userId,
    realmRoles: [],
    clientRoles: {},
    groups: [],
    backendRoles: [],
    emailVerified: true,
    enabled: true,
    source: 'token',
    statedAt: '2026-03-01T10:00:00.000Z',
    personal: { [userId]: { username, email, firstName: null, lastName: null } },
    ...rest,
  });
};
const ids = (users: readonly { userId: string }[]): readonly string[] => users.map(({ userId }) => userId);

describe('looking users up', () => {
  it('finds them by id, as they are now', () => {
    recorded('u1', { realmRoles: ['a'] });
    expect(directory.user('u1')).toMatchObject({ userId: 'u1', realmRoles: ['a'] });
    recorded('u1', { realmRoles: ['b'] });
    expect(directory.user('u1')).toMatchObject({ realmRoles: ['b'] });
    expect(directory.user('u2')).toBeUndefined();
  });

  it('finds all of one username, and none by the part before a NUL', () => {
    recorded('u1', { username: 'alice' });
    recorded('u2', { username: 'alice' });
    recorded('u3', { username: 'Alice' });
    expect(ids(directory.usersByUsername('alice'))).toStrictEqual(['u1', 'u2']);
    expect(directory.usersByUsername('alice\0x')).toStrictEqual([]);
    expect(directory.user('u1\0x')).toBeUndefined();
  });

  it('finds them by a verified address only, without case', () => {
    recorded('u1', { email: 'Alice@Example.org' });
    recorded('u2', { email: 'alice@example.org', emailVerified: false });
    recorded('u3');
    expect(ids(directory.usersByVerifiedEmail('ALICE@example.org'))).toStrictEqual(['u1']);
  });

  it('follows them out of a group', () => {
    recorded('u1', { groups: ['risk', 'ops'] });
    projection.happened('UserLeftGroup', { userId: 'u1', groupId: 'risk' }, '2026-03-02T00:00:00.000Z');
    expect(directory.user('u1')).toMatchObject({ groups: ['ops'], updatedAt: '2026-03-02T00:00:00.000Z' });
    expect(projection.db.prepare('SELECT group_id FROM user_groups').all()).toMatchObject([
      { group_id: 'ops' },
    ]);
  });
});

describe('knowing a role', () => {
  it.each([
    ['nx1_engineer', true],
    ['own', true],
    ['countersign/own', false],
    ['reports/viewer', true],
    ['viewer', false],
    ['reports/own', false],
    ['a/b/c', true],
    ['b/c', false],
    ['NX1_ENGINEER', false],
    ['', false],
    ['nx1_engineer\0', false],
  ])('%p: %p', (role, known) => {
    recorded('u1', {
      realmRoles: ['nx1_engineer'],
      clientRoles: { countersign: ['own'], reports: ['viewer'], 'a/b': ['c'] },
    });
    expect(directory.knowsRole(role)).toBe(known);
  });

  it('ends when nobody holds it any more', () => {
    recorded('u1', { realmRoles: ['nx1_engineer'] });
    expect(directory.knowsRole('nx1_engineer')).toBe(true);
    recorded('u1');
    expect(directory.knowsRole('nx1_engineer')).toBe(false);
  });
});

describe('credentials', () => {
  const issued = (pskId: string): void =>
    projection.happened('PskIssued', {
      pskId,
      userId: 'u1',
      publicId: `public-${pskId}`,
      digest: 'ab'.repeat(32),
      description: null,
      validUntil: null,
    });

  it('are found by their public id', () => {
    issued('k1');
    expect(credentials.psk('public-k1')).toStrictEqual({
      pskId: 'k1',
      userId: 'u1',
      digest: Buffer.alloc(32, 0xab),
      status: 'current',
      validUntil: null,
      overlapUntil: null,
    });
    expect(credentials.psk('public-k2')).toBeUndefined();
  });

  it('are never current two at a time', () => {
    issued('k1');
    issued('k2');
    expect(credentials.psk('public-k1')).toMatchObject({ status: 'replaced', overlapUntil: null });
    projection.happened('PskRevoked', { pskId: 'k2', userId: 'u1' });
    expect(credentials.psk('public-k2')).toMatchObject({ status: 'revoked' });
  });

  it('end with their session, or with all of a user up to a time, which never moves back', () => {
    const end = (sessionId: string | null, userId: string | null, endedAt: string): void =>
      projection.happened('SessionEnded', { sessionId, userId, endedAt, logoutTokenId: `j${endedAt}` });
    end('s1', 'u1', '2026-03-01T10:00:00.000Z');
    end(null, 'u2', '2026-03-01T10:00:00.000Z');
    end(null, 'u2', '2026-03-01T09:00:00.000Z');
    const ended = (sessionId: string | null, userId: string, issuedAt: string): boolean =>
      credentials.sessionEnded(sessionId, userId, `2026-03-01T${issuedAt}.000Z`);
    expect(ended('s1', 'u1', '11:00:00')).toBe(true);
    expect(ended('s2', 'u1', '08:00:00')).toBe(false);
    expect(ended(null, 'u2', '10:00:00')).toBe(true);
    expect(ended('s9', 'u2', '09:30:00')).toBe(true);
    expect(ended('s9', 'u2', '10:00:01')).toBe(false);
  });
});
