import type { Caller } from '../../domain/shared/caller.js';

/** The verified caller of a request. */
export interface Principal extends Caller {
  /** As the token says it, lower-cased; use {@link Caller.verifiedEmail} where it decides something. */
  readonly email: string | null;
  readonly displayName: string | null;
  readonly realmRoles: readonly string[];
  readonly clientRoles: Readonly<Record<string, readonly string[]>>;
  readonly backendRoles: readonly string[];
  readonly scopes: readonly string[];
  /** `azp` of the token: the application it was issued to. */
  readonly clientId: string | null;
  readonly sessionId: string | null;
  /** `jti`, PSK id, or the first 8 hex characters of the platform key's SHA-256. */
  readonly credentialId: string;
}
