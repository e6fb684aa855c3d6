import { resolve } from 'node:path';
import type { Config, KeycloakConfig } from './config.js';
import { ConfigError, SettingsReader, type Environment } from './settings-reader.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
// Only algorithms with a public key: with a shared secret, whoever can verify a token could make one.
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
const A_DAY = 86_400;

const httpUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isBare = url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return (url.protocol === 'https:' || url.protocol === 'http:') && isBare;
};

/** A bad one is not repeated: it may hold a password. */
const readUrl = (read: SettingsReader, name: string): string | undefined =>
  read.text(name, 'an absolute http(s) URL without query, fragment and user', httpUrl, { show: false });

/** Whether it is one that the store's client understands is seen when the store is opened. */
const isStoreUrl = (text: string): boolean => text === 'sqlite:' || /^esdb(\+discover)?:\/\/\S+$/.test(text);

const isToken = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);
const isPrintable = (text: string): boolean => !/\p{Cc}/u.test(text);

/** Two dots make a credential a token, so a key with two dots could never be used. */
const isKey = (text: string): boolean =>
  isToken(text) && text.length >= 32 && text.length <= 512 && text.split('.').length !== 3;

const readPlatformKey = (read: SettingsReader): Config['platformKey'] => {
  const plain = read.secret(
    'PLATFORM_PSK',
    'a key of 32 to 512 printable ASCII characters, without spaces and not with exactly two dots',
    isKey,
  );
  const digests = read.list(
    'PLATFORM_PSK_DIGESTS',
    'one or two of sha256:<64 hex characters>',
    (item) => /^sha256:[0-9a-fA-F]{64}$/.test(item),
    { show: false },
  );
  if (plain !== undefined && digests !== undefined)
    read.fail('PLATFORM_PSK and PLATFORM_PSK_DIGESTS are both set: give one of them');
  if (digests !== undefined && digests.length > 2)
    read.fail(`PLATFORM_PSK_DIGESTS must hold one or two digests, not ${digests.length}`);
  return {
    plain: plain ?? null,
    digests: (digests ?? []).map((digest) => digest.slice('sha256:'.length).toLowerCase()),
  };
};

const readAdminClient = (read: SettingsReader): KeycloakConfig['adminClient'] => {
  const id = read.text('KEYCLOAK_ADMIN_CLIENT_ID', 'a client id', isPrintable);
  const secret = read.secret('KEYCLOAK_ADMIN_CLIENT_SECRET', 'a client secret', (text) => text !== '');
  if (read.isSet('KEYCLOAK_ADMIN_CLIENT_ID') !== read.isSet('KEYCLOAK_ADMIN_CLIENT_SECRET'))
    read.fail('KEYCLOAK_ADMIN_CLIENT_ID and KEYCLOAK_ADMIN_CLIENT_SECRET go together: one is missing');
  return id === undefined || secret === undefined ? null : { id, secret };
};

const readKeycloak = (read: SettingsReader): KeycloakConfig | null => {
  const issuer = readUrl(read, 'KEYCLOAK_ISSUER');
  const jwksUri = readUrl(read, 'KEYCLOAK_JWKS_URI');
  const audience = read.text('KEYCLOAK_AUDIENCE', 'the audience of our tokens', isPrintable);
  const clientId = read.text('KEYCLOAK_CLIENT_ID', 'a client id', isPrintable);
  const algorithms = read.list('KEYCLOAK_ALGORITHMS', `a list out of ${ALGORITHMS.join(', ')}`, (item) =>
    ALGORITHMS.includes(item),
  );
  const allowedAzp = read.list('ALLOWED_AZP', 'client ids, separated by commas', isPrintable);
  const clockSkewSeconds = read.integer('JWT_CLOCK_SKEW_SECONDS', 5, 0, 300);
  const jwksRefreshSeconds = read.integer('JWKS_REFRESH_SECONDS', 60, 1, A_DAY);
  const adminClient = readAdminClient(read);

  if (!read.isSet('KEYCLOAK_ISSUER')) {
    const useless = read.names.filter((name) => name.startsWith('KEYCLOAK_') && read.isSet(name));
    if (useless.length > 0)
      read.fail(
        `${useless.join(', ')} without KEYCLOAK_ISSUER would have no effect: give the issuer as well`,
      );
    return null;
  }
  if (!read.isSet('KEYCLOAK_AUDIENCE'))
    read.fail('KEYCLOAK_AUDIENCE is missing: without it any token of the issuer would be accepted');
  if (issuer === undefined || audience === undefined) return null;
  return {
    issuer,
    jwksUri: jwksUri ?? null,
    audience,
    clientId: clientId ?? null,
    algorithms: algorithms ?? ['RS256'],
    clockSkewSeconds,
    jwksRefreshSeconds,
    allowedAzp: allowedAzp ?? null,
    adminClient,
  };
};

const isSealingKey = (text: string): boolean =>
  /^[A-Za-z0-9+/]{43}=$/.test(text) && Buffer.from(text, 'base64').toString('base64') === text;

const sealingKeys = (text: string): string[] => text.split(',').map((key) => key.trim());

const readWebhooks = (read: SettingsReader): Config['webhooks'] => {
  const keys = read.secret(
    'WEBHOOK_SECRET_KEY',
    '32 bytes in base64 (44 characters), or two such keys separated by a comma: the second one only opens what it sealed before',
    (text) => sealingKeys(text).length <= 2 && sealingKeys(text).every(isSealingKey),
  );
  return {
    allowPrivateTargets: read.oneOf('WEBHOOK_ALLOW_PRIVATE_TARGETS', ['true', 'false'], 'false') === 'true',
    timeoutSeconds: read.integer('WEBHOOK_TIMEOUT_SECONDS', 10, 1, 60),
    secretKeys: keys === undefined ? [] : sealingKeys(keys),
  };
};

const readConfig = (read: SettingsReader): Config => ({
  host: read.text('HOST', 'a host name or an IP address', (text) => /^[\w.:-]+$/.test(text)) ?? '127.0.0.1',
  port: read.integer('PORT', 3000, 0, 65_535),
  publicUrl: readUrl(read, 'PUBLIC_URL')?.replace(/\/+$/, '') ?? null,
  dataDir: resolve(read.text('DATA_DIR', 'the path of a folder', isPrintable) ?? './data'),
  eventStoreUrl:
    read.secret(
      'EVENT_STORE_URL',
      'sqlite: (the log in DATA_DIR) or esdb://… or esdb+discover://…',
      isStoreUrl,
    ) ?? 'sqlite:',
  logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
  rateLimitPerMinute: read.integer('RATE_LIMIT_PER_MINUTE', 0, 0, 1_000_000),
  servingPlatform: read.oneOf('SERVING_PLATFORM', ['reports', 'none'], 'none'),
  modelAccessControl: read.oneOf('MODEL_ACCESS_CONTROL_ENABLED', ['true', 'false'], 'true') === 'true',
  adminRoles: read.list('ADMIN_ROLES', 'realm roles, separated by commas', isPrintable) ?? [
    'governance-admin',
  ],
  approvalAdminRoles: read.list('APPROVAL_ADMIN_ROLES', 'realm roles, separated by commas', isPrintable) ?? [
    'approval-admin',
  ],
  platformKey: readPlatformKey(read),
  pskPepper: read.secret('PSK_PEPPER', '32 characters or more', (text) => text.length >= 32) ?? null,
  pskFailuresPerMinute: read.integer('PSK_FAILURES_PER_MINUTE', 20, 1, 1_000_000),
  keycloak: readKeycloak(read),
  roleCacheSeconds: read.integer('ROLE_CACHE_SECONDS', 60, 0, 3_600),
  roleGraceSeconds: read.integer('ROLE_GRACE_SECONDS', 900, 0, A_DAY),
  webhooks: readWebhooks(read),
});

/** @throws ConfigError naming everything that is wrong, and what is allowed instead */
export const loadConfig = (environment: Environment): Config => {
  const read = new SettingsReader(environment);
  const config = readConfig(read);
  read.refuseUnknown();
  if (read.problems.length > 0) throw new ConfigError(read.problems);
  return config;
};

/** Every variable that {@link loadConfig} knows. */
export const settingNames = (): readonly string[] => {
  const read = new SettingsReader({});
  readConfig(read);
  return read.names;
};
