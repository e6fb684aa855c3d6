import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SetClock } from '../../../test/support/set-clock.js';
import type { Directory } from './directory.js';
import type { KeycloakUser } from './keycloak-admin.js';
import { KeycloakRoleSource } from './keycloak-role-source.js';

Logger.overrideLogger(false);

const carol: KeycloakUser = {
  userId: 'u-carol',
  username: 'carol',
  email: null,
  emailVerified: false,
  firstName: null,
  lastName: null,
  realmRoles: ['a'],
  clientRoles: {},
  backendRoles: ['a'],
  enabled: true,
};

let clock: SetClock;
let asked: number;
let answer: () => Promise<KeycloakUser | undefined>;
let groups: readonly string[];
let source: KeycloakRoleSource;

beforeEach(() => {
  clock = new SetClock();
  asked = 0;
  answer = () => Promise.resolve(carol);
  groups = ['risk'];
  const keycloak = {
    user: () => {
      asked++;
      return answer();
    },
  };
  const directory = { user: () => ({ groups }) } as unknown as Directory;
  source = new KeycloakRoleSource(keycloak, directory, clock, { cacheMs: 60_000, graceMs: 900_000 });
});
const down = (): Promise<never> => Promise.reject(new Error('connection refused'));

describe('roles asked of Keycloak', () => {
  it('are asked for once by all who come at the same time', async () => {
    const held = await Promise.all(Array.from({ length: 20 }, () => source.held('u-carol')));
    expect(asked).toBe(1);
    expect(new Set(held).size).toBe(1);
  });

  it("stand beside the directory's groups, and follow them", async () => {
    expect(await source.held('u-carol')).toStrictEqual({ ...carol, groups: ['risk'] });
    groups = [];
    expect(await source.held('u-carol')).toStrictEqual({ ...carol, groups: [] });
    expect(asked).toBe(1);
  });

  it('are the same object while nothing changes', async () => {
    expect(await source.held('u-carol')).toBe(await source.held('u-carol'));
  });

  it('of a user who does not exist are remembered too', async () => {
    answer = () => Promise.resolve(undefined);
    expect(await source.held('u-carol')).toBeUndefined();
    expect(await source.held('u-carol')).toBeUndefined();
    expect(asked).toBe(1);
  });

  it('are not asked for by every request while Keycloak is down', async () => {
    await source.held('u-carol');
    answer = down;
    clock.advance(61);
    for (let i = 0; i < 10; i++) expect(await source.held('u-carol')).toMatchObject({ realmRoles: ['a'] });
    expect(asked).toBe(2);
    clock.advance(2);
    await source.held('u-carol');
    expect(asked).toBe(3);
  });

  it('are said by nobody when they were never known', async () => {
    answer = down;
    await expect(source.held('u-carol')).rejects.toMatchObject({ name: 'IdentityUnavailable' });
  });

  it('are said by nobody when the grace is over, and again when Keycloak is back', async () => {
    await source.held('u-carol');
    answer = down;
    clock.advance(900);
    expect(await source.held('u-carol')).toMatchObject({ realmRoles: ['a'] });
    clock.advance(2);
    await expect(source.held('u-carol')).rejects.toMatchObject({ name: 'IdentityUnavailable' });
    answer = () => Promise.resolve({ ...carol, realmRoles: ['b'] });
    clock.advance(2);
    expect(await source.held('u-carol')).toMatchObject({ realmRoles: ['b'] });
  });

  it('do not stay young because the clock was set back', async () => {
    await source.held('u-carol');
    clock.advance(-3600);
    await source.held('u-carol');
    expect(asked).toBe(2);
  });
});
