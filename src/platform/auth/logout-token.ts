import type { KeycloakConfig } from '../config/config.js';
import { isJsonObject, isLine } from './outside-json.js';
import { MAX_CREDENTIAL_LENGTH } from './credentials.js';
import { tokenRefused } from './jwt-form.js';
import type { TokenVerifier } from './token-verifier.js';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const HEADER_TYPES = ['logout+jwt', 'jwt'];
const MAX_LENGTH = 255;

/** What the identity provider says has ended: a session, or all of a user's when `sessionId` is `null`. */
export interface Logout {
  readonly logoutTokenId: string;
  readonly sessionId: string | null;
  readonly userId: string | null;
  /** RFC 3339, UTC. */
  readonly endedAt: string;
}

/** Checks logout tokens (OpenID Connect Back-Channel Logout 1.0, 2.6). */
export class LogoutTokens {
  constructor(
    private readonly keycloak: KeycloakConfig | null,
    private readonly verifier: TokenVerifier | null,
  ) {}

  /** @throws CredentialRefused; IdentityUnavailable when there are no keys to check with */
  async verify(token: string): Promise<Logout> {
    const clientId = this.keycloak?.clientId ?? null;
    if (this.verifier === null || clientId === null)
      throw tokenRefused('logout needs KEYCLOAK_ISSUER and KEYCLOAK_CLIENT_ID');
    if (token.length > MAX_CREDENTIAL_LENGTH) throw tokenRefused('it is too long');
    const { jti, iat, sid, sub, typ, events, nonce } = await this.verifier.verify(
      token,
      clientId,
      HEADER_TYPES,
    );
    if (typ !== undefined && typ !== 'Logout') throw tokenRefused('it is no logout token (typ)');
    if (nonce !== undefined) throw tokenRefused('a logout token has no nonce');
    if (!isJsonObject(events) || !isJsonObject(events[LOGOUT_EVENT]))
      throw tokenRefused('it does not hold the logout event');
    if (!isId(jti)) throw tokenRefused('it has no id (jti)');
    if (!isId(sid) && !isId(sub)) throw tokenRefused('it names neither session nor user (sid, sub)');
    return {
      logoutTokenId: jti,
      sessionId: isId(sid) ? sid : null,
      userId: isId(sub) ? sub : null,
      endedAt: new Date(Number(iat) * 1000).toISOString(),
    };
  }
}

const isId = (value: unknown): value is string => isLine(value) && value.length <= MAX_LENGTH;
