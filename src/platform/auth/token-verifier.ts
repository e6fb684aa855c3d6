import type { KeyObject } from 'node:crypto';
import { Strategy } from 'passport-jwt';
import type { Clock } from '../clock/clock.js';
import type { KeycloakConfig } from '../config/config.js';
import type { JsonObject } from './outside-json.js';
import type { JwksCache } from './jwks-cache.js';
import { parseToken, tokenRefused } from './jwt-form.js';
import { ktyOf } from './key-set.js';

/** A fixed list from the configuration, as the strategy's type names it. */
type Algorithms = NonNullable<ConstructorParameters<typeof Strategy>[0]['algorithms']>;

type Verdict = { readonly payload: JsonObject } | { readonly failure: unknown };

/**
 * What every token of the issuer must be, whatever it is for: signed by a key of the issuer's that we looked up by its
 * id, for our audience, and within its time. The signature, `iss`, `aud`, `exp` and `nbf` are passport-jwt's work; what
 * it lets through (no `kid`, `crit`, no `exp`, an `iat` ahead) is checked around it.
 */
export class TokenVerifier {
  constructor(
    private readonly keycloak: KeycloakConfig,
    private readonly keys: JwksCache,
    private readonly clock: Clock,
  ) {}

  /**
   * The claims of a good token.
   * @param headerTypes `typ` headers to accept, lower-cased; `null`: the header says nothing of use here
   * @throws CredentialRefused; IdentityUnavailable when there are no keys to check with
   */
  async verify(token: string, audience: string, headerTypes: readonly string[] | null): Promise<JsonObject> {
    const { header, payload } = parseToken(token);
    const key = await this.keyFor(header);
    if (headerTypes !== null) requireHeaderType(header, headerTypes);
    const now = Math.floor(this.clock.now().getTime() / 1000);
    const verdict = this.runStrategy(token, key, audience, now);
    if ('failure' in verdict) throw this.refusalOf(verdict.failure, payload, audience);
    this.requireTimes(verdict.payload, now);
    return verdict.payload;
  }

  private async keyFor({ alg, crit, kid }: JsonObject): Promise<KeyObject> {
    if (typeof alg !== 'string' || !this.keycloak.algorithms.includes(alg))
      throw tokenRefused('its algorithm is not accepted');
    if (crit !== undefined) throw tokenRefused('it demands extensions (crit)');
    if (typeof kid !== 'string' || kid === '') throw tokenRefused('it names no key (kid)');
    const found = await this.keys.key(kid);
    if (found === undefined) throw tokenRefused('its key is not known');
    if (found.kty !== ktyOf(alg) || (found.alg ?? alg) !== alg)
      throw tokenRefused('its key is for another algorithm');
    return found.key;
  }

  private runStrategy(token: string, key: KeyObject, audience: string, now: number): Verdict {
    let verdict: Verdict | undefined;
    const { issuer, algorithms, clockSkewSeconds } = this.keycloak;
    // One per token: its options carry the time of this check. It calls back before it returns.
    const strategy = new Strategy(
      {
        jwtFromRequest: () => token,
        // Its types predate key objects, which verify six times faster than PEM text.
        secretOrKeyProvider: (_request, _token, done) => done(null, key as unknown as Buffer),
        algorithms: algorithms as Algorithms,
        issuer,
        audience,
        ignoreExpiration: false,
        jsonWebTokenOptions: { clockTimestamp: now, clockTolerance: clockSkewSeconds },
      },
      (payload: JsonObject, done) => done(null, payload),
    );
    strategy.success = (payload: JsonObject) => void (verdict = { payload });
    strategy.fail = (failure: unknown) => void (verdict = { failure });
    strategy.error = (error: Error) => void (verdict = { failure: error });
    strategy.authenticate(undefined as never);
    if (verdict === undefined) throw new Error('the token strategy did not answer');
    return verdict;
  }

  /** The strategy looks at the time before it looks at issuer and audience: a foreign token is invalid, not expired. */
  private refusalOf(failure: unknown, { iss, aud }: JsonObject, audience: string): Error {
    const { name, message } = failure as Partial<Error>;
    const isOurs = iss === this.keycloak.issuer && (Array.isArray(aud) ? aud : [aud]).includes(audience);
    return name === 'TokenExpiredError' && isOurs
      ? tokenRefused('it has expired', 'expired_credential')
      : tokenRefused(message ?? 'it is invalid');
  }

  private requireTimes({ exp, iat }: JsonObject, now: number): void {
    if (typeof exp !== 'number' || !Number.isFinite(exp)) throw tokenRefused('it never expires (exp)');
    if (typeof iat !== 'number' || !(iat >= 0))
      throw tokenRefused('it does not say when it was issued (iat)');
    if (iat > now + this.keycloak.clockSkewSeconds) throw tokenRefused('it was issued in the future (iat)');
  }
}

const requireHeaderType = ({ typ }: JsonObject, accepted: readonly string[]): void => {
  if (typ !== undefined && !(typeof typ === 'string' && accepted.includes(typ.toLowerCase())))
    throw tokenRefused('its type (header) is not accepted');
};
