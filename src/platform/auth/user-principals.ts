import { LruMap } from '../../event-store/lru-map.js';
import { CredentialRefused } from './authenticator.js';
import type { Directory } from './directory.js';
import type { Principal } from './principal.js';
import { principalOfUser, type RoleRules } from './principals.js';
import type { HeldUser, RoleSource } from './role-source.js';

const MAX_PRINCIPALS = 10_000;

/** Users as their keys present them: enabled in the directory and at the role source, with the roles held now. */
export class UserPrincipals {
  private readonly built = new LruMap<string, { readonly held: HeldUser; readonly principal: Principal }>(
    MAX_PRINCIPALS,
  );

  constructor(
    private readonly directory: Directory,
    private readonly roles: RoleSource,
    private readonly rules: RoleRules,
  ) {}

  /** @throws CredentialRefused when he is disabled or gone; IdentityUnavailable */
  async of(userId: string, pskId: string): Promise<Principal> {
    const principal = await this.find(userId, pskId);
    if (principal === undefined) throw userDisabled();
    return principal;
  }

  /**
   * `undefined` when nobody ever heard of him.
   * @throws CredentialRefused when he is disabled, or deleted at the role source; IdentityUnavailable
   */
  async find(userId: string, pskId: string): Promise<Principal | undefined> {
    const entry = this.directory.user(userId);
    if (entry?.enabled === false) throw userDisabled();
    const held = await this.roles.held(userId);
    if (held === undefined && entry === undefined) return undefined;
    if (held?.enabled !== true) throw userDisabled();
    const built = this.built.get(pskId);
    if (built?.held === held) return built.principal;
    const principal = principalOfUser(held, pskId, this.rules);
    this.built.set(pskId, { held, principal });
    return principal;
  }
}

const userDisabled = (): CredentialRefused =>
  new CredentialRefused('user_disabled', 'psk', "the key's user is disabled or deleted");
