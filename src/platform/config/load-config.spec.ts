import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from './config.js';
import { loadConfig, settingNames } from './load-config.js';
import { ConfigError } from './settings-reader.js';

const ISSUER = 'https://sso.example.com/realms/ml';
const KEY = 'k'.repeat(32);
const DIGEST = 'a1'.repeat(32);

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

const SEALING_KEY = Buffer.alloc(32, 1).toString('base64');
const OLD_SEALING_KEY = Buffer.alloc(32, 2).toString('base64');

describe('the configuration', () => {
  it('starts with nothing set', () => {
    expect(loadConfig({})).toStrictEqual({
      host: '127.0.0.1',
      port: 3000,
      publicUrl: null,
      dataDir: resolve('data'),
      eventStoreUrl: 'sqlite:',
      logLevel: 'info',
      rateLimitPerMinute: 0,
      servingPlatform: 'none',
      modelAccessControl: true,
      adminRoles: ['governance-admin'],
      approvalAdminRoles: ['approval-admin'],
      platformKey: { plain: null, digests: [] },
      pskPepper: null,
      pskFailuresPerMinute: 20,
      keycloak: null,
      roleCacheSeconds: 60,
      roleGraceSeconds: 900,
      webhooks: { allowPrivateTargets: false, timeoutSeconds: 10, secretKeys: [] },
    } satisfies Config);
  });

  it.each<[Record<string, string>, Partial<Config>]>([
    [{ HOST: '::' }, { host: '::' }],
    [{ PORT: '0' }, { port: 0 }],
    [{ PUBLIC_URL: 'https://gov.example.com/' }, { publicUrl: 'https://gov.example.com' }],
    [{ DATA_DIR: '/var/lib/countersign' }, { dataDir: '/var/lib/countersign' }],
    [{ EVENT_STORE_URL: 'sqlite:' }, { eventStoreUrl: 'sqlite:' }],
    [{ EVENT_STORE_URL: 'esdb://es:2113?tls=false' }, { eventStoreUrl: 'esdb://es:2113?tls=false' }],
    [{ EVENT_STORE_URL: 'esdb+discover://es' }, { eventStoreUrl: 'esdb+discover://es' }],
    [{ LOG_LEVEL: 'silent' }, { logLevel: 'silent' }],
    [
      {
        WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
        WEBHOOK_TIMEOUT_SECONDS: '60',
        WEBHOOK_SECRET_KEY: `${SEALING_KEY}, ${OLD_SEALING_KEY}`,
      },
      {
        webhooks: {
          allowPrivateTargets: true,
          timeoutSeconds: 60,
          secretKeys: [SEALING_KEY, OLD_SEALING_KEY],
        },
      },
    ],
    [{ RATE_LIMIT_PER_MINUTE: '600' }, { rateLimitPerMinute: 600 }],
    [{ SERVING_PLATFORM: 'reports' }, { servingPlatform: 'reports' }],
    [{ MODEL_ACCESS_CONTROL_ENABLED: 'false' }, { modelAccessControl: false }],
    [{ ADMIN_ROLES: 'root, governance-admin,root' }, { adminRoles: ['root', 'governance-admin'] }],
    [{ APPROVAL_ADMIN_ROLES: 'approver' }, { approvalAdminRoles: ['approver'] }],
    [{ PLATFORM_PSK: KEY }, { platformKey: { plain: KEY, digests: [] } }],
    [
      { PLATFORM_PSK_DIGESTS: `sha256:${DIGEST},sha256:${DIGEST.toUpperCase().replace('A1', 'B2')}` },
      { platformKey: { plain: null, digests: [DIGEST, DIGEST.replace('a1', 'b2')] } },
    ],
    [{ PSK_PEPPER: KEY }, { pskPepper: KEY }],
    [{ PSK_FAILURES_PER_MINUTE: '5' }, { pskFailuresPerMinute: 5 }],
    [{ ROLE_CACHE_SECONDS: '0' }, { roleCacheSeconds: 0 }],
    [{ ROLE_GRACE_SECONDS: '60' }, { roleGraceSeconds: 60 }],
  ])('takes %p', (environment, expected) => {
    expect(loadConfig(environment)).toMatchObject(expected);
  });

  it('takes an issuer with its audience, and fills in the rest', () => {
    expect(loadConfig({ KEYCLOAK_ISSUER: ISSUER, KEYCLOAK_AUDIENCE: 'countersign' }).keycloak).toStrictEqual({
      issuer: ISSUER,
      jwksUri: null,
      audience: 'countersign',
      clientId: null,
      algorithms: ['RS256'],
      clockSkewSeconds: 5,
      jwksRefreshSeconds: 60,
      allowedAzp: null,
      adminClient: null,
    });
  });

  it('takes everything there is to say about the issuer, to the byte', () => {
    expect(
      loadConfig({
        KEYCLOAK_ISSUER: `${ISSUER}/`,
        KEYCLOAK_AUDIENCE: 'countersign',
        KEYCLOAK_JWKS_URI: `${ISSUER}/certs`,
        KEYCLOAK_CLIENT_ID: 'gov',
        KEYCLOAK_ALGORITHMS: 'RS256,ES256',
        KEYCLOAK_ADMIN_CLIENT_ID: 'reader',
        KEYCLOAK_ADMIN_CLIENT_SECRET: 'secret',
        ALLOWED_AZP: 'portal, cli',
        JWT_CLOCK_SKEW_SECONDS: '0',
        JWKS_REFRESH_SECONDS: '10',
      }).keycloak,
    ).toStrictEqual({
      issuer: `${ISSUER}/`,
      jwksUri: `${ISSUER}/certs`,
      audience: 'countersign',
      clientId: 'gov',
      algorithms: ['RS256', 'ES256'],
      clockSkewSeconds: 0,
      jwksRefreshSeconds: 10,
      allowedAzp: ['portal', 'cli'],
      adminClient: { id: 'reader', secret: 'secret' },
    });
  });

  it.each<[Record<string, string>, string]>([
    [{ HOST: 'a b' }, 'HOST must be a host name or an IP address, not "a b"'],
    [{ PORT: '65536' }, 'PORT must be a whole number from 0 to 65535, not "65536"'],
    [{ PORT: '' }, 'PORT must be a whole number from 0 to 65535, not empty'],
    [{ PORT: '3e3' }, 'PORT must be a whole number from 0 to 65535, not "3e3"'],
    [
      { PUBLIC_URL: 'gov.example.com' },
      'PUBLIC_URL must be an absolute http(s) URL without query, fragment and user',
    ],
    [
      { EVENT_STORE_URL: 'mongodb://me:password@host' },
      'EVENT_STORE_URL must hold sqlite: (the log in DATA_DIR) or esdb://… or esdb+discover://…',
    ],
    [
      { LOG_LEVEL: 'verbose' },
      'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "verbose"',
    ],
    [
      { WEBHOOK_TIMEOUT_SECONDS: '0' },
      'WEBHOOK_TIMEOUT_SECONDS must be a whole number from 1 to 60, not "0"',
    ],
    [
      { WEBHOOK_ALLOW_PRIVATE_TARGETS: 'yes' },
      'WEBHOOK_ALLOW_PRIVATE_TARGETS must be one of true, false, not "yes"',
    ],
    [{ WEBHOOK_TIMEOUT: '5' }, 'WEBHOOK_TIMEOUT is not a known setting'],
    [{ SERVING_PLATFORM: 'yes' }, 'SERVING_PLATFORM must be one of reports, none, not "yes"'],
    [{ ADMIN_ROLES: '' }, 'ADMIN_ROLES must be realm roles, separated by commas, not empty'],
    [{ ADMIN_ROLES: 'a,,b' }, 'ADMIN_ROLES must be realm roles, separated by commas, not "a,,b"'],
    [{ KEYCLOAK_ISUER: ISSUER }, 'KEYCLOAK_ISUER is not a known setting; did you mean KEYCLOAK_ISSUER?'],
    [{ PLATFORM_PSKS: KEY }, 'PLATFORM_PSKS is not a known setting; did you mean PLATFORM_PSK?'],
    [{ WEBHOOK_TIMEOUT: '1' }, 'WEBHOOK_TIMEOUT is not a known setting'],
    [{ COUNTERSIGN_PORT: '1' }, 'COUNTERSIGN_PORT is not a known setting'],
    [{ KEYCLOAK_ISSUER_FILE: '/x' }, 'KEYCLOAK_ISSUER_FILE is not a known setting'],
    [
      { KEYCLOAK_ISSUER: 'https://me:password@sso.example.com', KEYCLOAK_AUDIENCE: 'x' },
      'KEYCLOAK_ISSUER must be an absolute http(s) URL without query, fragment and user',
    ],
    [
      { KEYCLOAK_ISSUER: ISSUER },
      'KEYCLOAK_AUDIENCE is missing: without it any token of the issuer would be accepted',
    ],
    [
      { KEYCLOAK_AUDIENCE: 'countersign' },
      'KEYCLOAK_AUDIENCE without KEYCLOAK_ISSUER would have no effect: give the issuer as well',
    ],
    [
      { KEYCLOAK_ISSUER: ISSUER, KEYCLOAK_AUDIENCE: 'x', KEYCLOAK_ALGORITHMS: 'HS256' },
      'KEYCLOAK_ALGORITHMS must be a list out of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, not "HS256"',
    ],
    [
      { KEYCLOAK_ISSUER: ISSUER, KEYCLOAK_AUDIENCE: 'x', KEYCLOAK_ADMIN_CLIENT_ID: 'reader' },
      'KEYCLOAK_ADMIN_CLIENT_ID and KEYCLOAK_ADMIN_CLIENT_SECRET go together: one is missing',
    ],
    [
      { PLATFORM_PSK_DIGESTS: DIGEST },
      'PLATFORM_PSK_DIGESTS must be one or two of sha256:<64 hex characters>',
    ],
    [
      { PLATFORM_PSK_DIGESTS: [1, 2, 3].map((n) => `sha256:${String(n).repeat(64)}`).join(',') },
      'PLATFORM_PSK_DIGESTS must hold one or two digests, not 3',
    ],
    [
      { PLATFORM_PSK: KEY, PLATFORM_PSK_DIGESTS: `sha256:${DIGEST}` },
      'PLATFORM_PSK and PLATFORM_PSK_DIGESTS are both set: give one of them',
    ],
    [
      { PLATFORM_PSK: KEY, PLATFORM_PSK_FILE: '/x' },
      'PLATFORM_PSK and PLATFORM_PSK_FILE are both set: give one of them',
    ],
    [
      { PLATFORM_PSK_FILE: '/does/not/exist' },
      'PLATFORM_PSK_FILE must be the path of a readable file (ENOENT)',
    ],
  ])('refuses %p', (environment, problem) => {
    expect(problemsOf(environment)).toStrictEqual([problem]);
  });

  it('says everything that is wrong at once', () => {
    expect(() => loadConfig({ PORT: 'x', LOG_LEVEL: 'x', KEYCLOAK_CLIENT: 'x' })).toThrow(
      [
        "the configuration can't be used:",
        '  - PORT must be a whole number from 0 to 65535, not "x"',
        '  - LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "x"',
        '  - KEYCLOAK_CLIENT is not a known setting; did you mean KEYCLOAK_CLIENT_ID?',
      ].join('\n'),
    );
  });

  describe('with secrets', () => {
    let folder: string;
    const file = (content: string): string => {
      const path = join(folder, 'secret');
      writeFileSync(path, content);
      return path;
    };

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'countersign-config-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it.each(['', '\n', '\r\n'])('reads one from a file that ends with %j', (end) => {
      expect(loadConfig({ PLATFORM_PSK_FILE: file(`${KEY}${end}`) }).platformKey.plain).toBe(KEY);
      const url = 'esdb://me:password@es';
      expect(loadConfig({ EVENT_STORE_URL_FILE: file(`${url}${end}`) }).eventStoreUrl).toBe(url);
    });

    const bad = ['too-short-to-be-a-key', `${KEY} with spaces`, `${KEY}.two.dots`, `${KEY}ü`];

    it.each(bad)('refuses the platform key %j without showing it', (secret) => {
      const problem =
        'must hold a key of 32 to 512 printable ASCII characters, without spaces and not with exactly two dots';
      expect(problemsOf({ PLATFORM_PSK: secret })).toStrictEqual([`PLATFORM_PSK ${problem}`]);
      expect(problemsOf({ PLATFORM_PSK_FILE: file(secret) })).toStrictEqual([`PLATFORM_PSK_FILE ${problem}`]);
    });

    it.each([
      'short',
      Buffer.alloc(16).toString('base64'),
      `${SEALING_KEY},`,
      `${SEALING_KEY},${SEALING_KEY},${SEALING_KEY}`,
      `${SEALING_KEY.slice(0, -2)}B=`,
    ])('refuses the key for webhook secrets %j without showing it', (secret) => {
      expect(problemsOf({ WEBHOOK_SECRET_KEY: secret })).toStrictEqual([
        'WEBHOOK_SECRET_KEY must hold 32 bytes in base64 (44 characters), or two such keys separated by a comma: ' +
          'the second one only opens what it sealed before',
      ]);
    });

    it('refuses a pepper that could be guessed, without showing it', () => {
      expect(problemsOf({ PSK_PEPPER: 'salt' })).toStrictEqual([
        'PSK_PEPPER must hold 32 characters or more',
      ]);
    });
  });

  it('is described, variable by variable', () => {
    const text = readFileSync('docs/configuration.md', 'utf8');
    const described = [...text.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
    expect(new Set(described)).toStrictEqual(new Set(settingNames()));
  });
});
