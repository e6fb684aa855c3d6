import { Logger } from '@nestjs/common';
import { LruMap } from '../../event-store/lru-map.js';
import type { Clock } from '../clock/clock.js';
import { IdentityUnavailable } from './authenticator.js';
import type { Directory } from './directory.js';
import type { KeycloakAdmin, KeycloakUser } from './keycloak-admin.js';
import { RoleSource, type HeldUser } from './role-source.js';

export interface RoleTimes {
  readonly cacheMs: number;
  /** How old an answer may get while Keycloak can't be asked. */
  readonly graceMs: number;
}

interface Known {
  readonly fetchedAt: number;
  readonly user: KeycloakUser | undefined;
  /** With the groups of the directory's entry at that time. */
  held: HeldUser | undefined;
}

const MAX_USERS = 10_000;
/** After a failure Keycloak is left alone that long: else every request would wait for the same time-out. */
const RETRY_MS = 1_000;

/** Effective roles from Keycloak, asked for at most once per user and cache time. */
export class KeycloakRoleSource extends RoleSource {
  private readonly logger = new Logger(KeycloakRoleSource.name);
  private readonly known = new LruMap<string, Known>(MAX_USERS);
  private readonly asking = new Map<string, Promise<Known>>();
  private retryAt = 0;

  constructor(
    private readonly keycloak: Pick<KeycloakAdmin, 'user'>,
    private readonly directory: Directory,
    private readonly clock: Clock,
    private readonly times: RoleTimes,
  ) {
    super();
  }

  async held(userId: string): Promise<HeldUser | undefined> {
    return this.withGroups(userId, await this.current(userId));
  }

  private async current(userId: string): Promise<Known> {
    const now = this.clock.now().getTime();
    const known = this.known.get(userId);
    // A clock that was set back must not make an old answer young for ever.
    const age = known === undefined ? Infinity : Math.abs(now - known.fetchedAt);
    if (known !== undefined && age <= this.times.cacheMs) return known;
    try {
      if (now < this.retryAt) throw new Error('Keycloak did not answer a moment ago');
      return await this.ask(userId, now);
    } catch (error) {
      if (known !== undefined && age <= this.times.graceMs) return known;
      throw new IdentityUnavailable(`the roles of a user can't be looked up: ${String(error)}`);
    }
  }

  private ask(userId: string, now: number): Promise<Known> {
    let asking = this.asking.get(userId);
    if (asking === undefined) {
      asking = this.askOnce(userId, now).finally(() => this.asking.delete(userId));
      this.asking.set(userId, asking);
    }
    return asking;
  }

  private async askOnce(userId: string, now: number): Promise<Known> {
    try {
      const known = { fetchedAt: now, user: await this.keycloak.user(userId), held: undefined };
      this.known.set(userId, known);
      this.retryAt = 0;
      return known;
    } catch (error) {
      if (this.retryAt === 0) this.logger.warn(`Keycloak can't be asked for roles: ${String(error)}`);
      this.retryAt = this.clock.now().getTime() + RETRY_MS;
      throw error;
    }
  }

  /** The same object again while neither Keycloak's answer nor the directory's groups have changed. */
  private withGroups(userId: string, known: Known): HeldUser | undefined {
    if (known.user === undefined) return undefined;
    const groups = this.directory.user(userId)?.groups ?? known.held?.groups ?? [];
    if (known.held?.groups !== groups) known.held = { ...known.user, groups };
    return known.held;
  }
}
