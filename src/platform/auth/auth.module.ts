import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  Global,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { CONFIG, type Config } from '../config/config.js';
import { Authenticator } from './authenticator.js';
import { CredentialAuthenticator } from './credential-authenticator.js';
import { CredentialRecords } from './credential-records.js';
import { Directory } from './directory.js';
import { FailureLimiter } from './failure-limiter.js';
import { COOL_DOWN_MS, JwksCache, UNKNOWN_KID_MS } from './jwks-cache.js';
import { fetchKeySet } from './key-set.js';
import { KeycloakAdmin } from './keycloak-admin.js';
import { KeycloakRoleSource } from './keycloak-role-source.js';
import { LogoutTokens } from './logout-token.js';
import { PlatformKey } from './platform-key.js';
import type { RoleRules } from './principals.js';
import { PskAuthenticator } from './psk-authenticator.js';
import { PskDigests } from './psk-digest.js';
import { PskUsage } from './psk-usage.js';
import { DirectoryRoleSource, RoleSource } from './role-source.js';
import { readOrCreateSecret } from './secret-file.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { TokenVerifier } from './token-verifier.js';
import { UserPrincipals } from './user-principals.js';
import { UserRecorder } from './user-recorder.js';

/** What tokens are checked with; `null` while no issuer is configured. */
type TokenChecks = { readonly keys: JwksCache; readonly verifier: TokenVerifier } | null;
const TOKEN_CHECKS = Symbol('TokenChecks');

const pepper = ({ pskPepper, dataDir }: Config): string =>
  pskPepper ??
  readOrCreateSecret(join(dataDir, 'psk-pepper'), () => randomBytes(32).toString('base64url')).secret;

const usageFile = ({ dataDir }: Config): string => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return join(dataDir, 'usage.db');
};

const tokenChecks = ({ keycloak }: Config, clock: Clock): TokenChecks => {
  if (keycloak === null) return null;
  const keys = new JwksCache((signal) => fetchKeySet(keycloak, signal), {
    refreshMs: keycloak.jwksRefreshSeconds * 1000,
    coolDownMs: COOL_DOWN_MS,
    unknownKidMs: UNKNOWN_KID_MS,
  });
  return { keys, verifier: new TokenVerifier(keycloak, keys, clock) };
};

const roleSource = (config: Config, directory: Directory, clock: Clock): RoleSource => {
  const { keycloak, roleCacheSeconds, roleGraceSeconds } = config;
  if (!keycloak?.adminClient) return new DirectoryRoleSource(directory);
  return new KeycloakRoleSource(new KeycloakAdmin(keycloak, keycloak.adminClient), directory, clock, {
    cacheMs: roleCacheSeconds * 1000,
    graceMs: roleGraceSeconds * 1000,
  });
};

const authenticator = (
  config: Config,
  clock: Clock,
  checks: TokenChecks,
  roles: RoleSource,
  platformKey: PlatformKey,
  digests: PskDigests,
  usage: PskUsage,
  records: CredentialRecords,
  directory: Directory,
  recorder: UserRecorder,
): Authenticator => {
  const { keycloak, adminRoles, approvalAdminRoles } = config;
  const rules: RoleRules = { ownClient: keycloak?.clientId ?? null, adminRoles, approvalAdminRoles };
  const users = new UserPrincipals(directory, roles, rules);
  const failures = new FailureLimiter(config.pskFailuresPerMinute);
  const psks = new PskAuthenticator(platformKey, digests, records, users, usage, failures, clock);
  const tokens =
    keycloak === null || checks === null
      ? null
      : new TokenAuthenticator(
          keycloak,
          rules,
          checks.verifier,
          checks.keys,
          records,
          directory,
          recorder,
          clock,
        );
  return new CredentialAuthenticator(tokens, psks, users);
};

/** Loads the issuer's keys before the first request, and writes what is pending after the last one. */
@Injectable()
class AuthLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(TOKEN_CHECKS) private readonly checks: TokenChecks,
    private readonly usage: PskUsage,
  ) {}

  async onModuleInit(): Promise<void> {
    this.usage.start();
    await this.checks?.keys.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.checks?.keys.stop();
    this.usage.stop();
  }
}

/** Who is calling. Needs `CONFIG` and `Clock`, and the stored state that the directory feature provides. */
@Global()
@Module({
  providers: [
    { provide: PlatformKey, inject: [CONFIG], useFactory: (config: Config) => new PlatformKey(config) },
    { provide: PskDigests, inject: [CONFIG], useFactory: (config: Config) => new PskDigests(pepper(config)) },
    { provide: PskUsage, inject: [CONFIG], useFactory: (config: Config) => new PskUsage(usageFile(config)) },
    { provide: TOKEN_CHECKS, inject: [CONFIG, Clock], useFactory: tokenChecks },
    {
      provide: LogoutTokens,
      inject: [CONFIG, TOKEN_CHECKS],
      useFactory: ({ keycloak }: Config, checks: TokenChecks) =>
        new LogoutTokens(keycloak, checks?.verifier ?? null),
    },
    { provide: RoleSource, inject: [CONFIG, Directory, Clock], useFactory: roleSource },
    {
      provide: Authenticator,
      inject: [
        CONFIG,
        Clock,
        TOKEN_CHECKS,
        RoleSource,
        PlatformKey,
        PskDigests,
        PskUsage,
        CredentialRecords,
        Directory,
        UserRecorder,
      ],
      useFactory: authenticator,
    },
    AuthLifecycle,
  ],
  exports: [Authenticator, LogoutTokens, PlatformKey, PskDigests, PskUsage],
})
export class AuthModule {}
