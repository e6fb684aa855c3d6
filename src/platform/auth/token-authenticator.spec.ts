import { beforeEach, describe, expect, it } from '@jest/globals';
import { SetClock } from '../../../test/support/set-clock.js';
import type { KeycloakConfig } from '../config/config.js';
import { IdentityUnavailable } from './authenticator.js';
import type { CredentialRecords } from './credential-records.js';
import type { Directory } from './directory.js';
import type { JwksCache } from './jwks-cache.js';
import { TokenAuthenticator } from './token-authenticator.js';
import type { TokenVerifier } from './token-verifier.js';

const keycloak: KeycloakConfig = {
  issuer: 'https://sso.example.org/realms/tests',
  jwksUri: null,
  audience: 'countersign',
  clientId: 'countersign',
  algorithms: ['RS256'],
  clockSkewSeconds: 5,
  jwksRefreshSeconds: 60,
  allowedAzp: null,
  adminClient: null,
};

let clock: SetClock;
let verified: number;
let recorded: number;
let stored: boolean;
let keys: { version: number };
let records: { version: number; ended: boolean; trusted: boolean };
let tokens: TokenAuthenticator;

beforeEach(() => {
  clock = new SetClock();
  verified = recorded = 0;
  stored = true;
  keys = { version: 1 };
  records = { version: 1, ended: false, trusted: true };
  const now = Math.floor(clock.now().getTime() / 1000);
  const verifier = {
    verify: async () => {
      verified++;
      await Promise.resolve();
      return { typ: 'Bearer', sub: 'u-alice', sid: 's1', iat: now, exp: now + 300 };
    },
  } as unknown as TokenVerifier;
  const credentialRecords: Pick<CredentialRecords, 'version' | 'sessionEnded'> = {
    version: () => {
      if (!records.trusted) throw new IdentityUnavailable('not up to date');
      return records.version;
    },
    sessionEnded: () => records.ended,
  };
  const recorder = {
    record: () => {
      recorded++;
      return Promise.resolve(stored);
    },
  };
  tokens = new TokenAuthenticator(
    keycloak,
    { ownClient: 'countersign', adminRoles: [], approvalAdminRoles: [] },
    verifier,
    keys as JwksCache,
    credentialRecords as CredentialRecords,
    { user: () => undefined } as unknown as Directory,
    recorder,
    clock,
  );
});

const comes = (): Promise<unknown> => tokens.authenticate('a.b.c');
const refusal = { name: 'CredentialRefused', failure: 'revoked_credential', form: 'jwt' };

describe('a token that was verified', () => {
  it('is verified once, also by many requests at the same time', async () => {
    const principals = await Promise.all(Array.from({ length: 20 }, comes));
    expect(verified).toBe(1);
    expect(recorded).toBe(1);
    expect(new Set(principals).size).toBe(1);
    expect(await comes()).toBe(principals[0]);
  });

  it('is verified again when the keys have changed', async () => {
    await comes();
    keys.version++;
    await comes();
    expect(verified).toBe(2);
  });

  it('is verified again when it has expired', async () => {
    await comes();
    clock.advance(304);
    await comes();
    expect(verified).toBe(1);
    clock.advance(1);
    await comes();
    expect(verified).toBe(2);
  });

  it('is refused as soon as its session has ended', async () => {
    await comes();
    records.ended = true;
    records.version++;
    await expect(comes()).rejects.toMatchObject(refusal);
    await expect(comes()).rejects.toMatchObject(refusal);
  });

  it('decides nothing while a revocation could be missing', async () => {
    await comes();
    records.trusted = false;
    await expect(comes()).rejects.toMatchObject({ name: 'IdentityUnavailable' });
  });
});

describe('a user who can not be recorded now', () => {
  it('is let in all the same, and tried again a little later, not at every request', async () => {
    stored = false;
    await expect(comes()).resolves.toMatchObject({ userId: 'u-alice' });
    await comes();
    expect(recorded).toBe(1);
    clock.advance(10);
    stored = true;
    await comes();
    await comes();
    expect(recorded).toBe(2);
    clock.advance(60);
    await comes();
    expect(recorded).toBe(2);
  });
});
