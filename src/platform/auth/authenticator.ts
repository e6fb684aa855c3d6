import type { Principal } from './principal.js';

/** Why a credential does not identify anybody; the words of the decision endpoints. */
export type CredentialFailure =
  'no_credential' | 'invalid_credential' | 'revoked_credential' | 'expired_credential' | 'user_disabled';

/** The caller is not known (401). The message is for the log: callers get one text for all cases. */
export class CredentialRefused extends Error {
  override readonly name = 'CredentialRefused';

  constructor(
    readonly failure: CredentialFailure,
    /** What was sent; decides which challenges the answer carries. */
    readonly form: 'none' | 'jwt' | 'psk',
    message: string,
  ) {
    super(message);
  }
}

/** Two credentials in one request, even if equal (400; 401 on the proxy check route). */
export class TwoCredentials extends Error {
  override readonly name = 'TwoCredentials';
}

/** Too many wrong keys from this address (429; 403 on the proxy check route). */
export class TooManyFailures extends Error {
  override readonly name = 'TooManyFailures';

  constructor(readonly retryAfterSeconds: number) {
    super('too many wrong keys from this address');
  }
}

/** No usable key set, or the role source is down past its grace: nobody can say who this is (503). */
export class IdentityUnavailable extends Error {
  override readonly name = 'IdentityUnavailable';

  constructor(
    message: string,
    readonly retryAfterSeconds = 5,
  ) {
    super(message);
  }
}

/** The raw header lines of a request and where it came from. */
export interface CredentialSource {
  /** Node's `rawHeaders`: name, value, name, value; repeated headers stand here one by one. */
  readonly rawHeaders: readonly string[];
  readonly address: string;
}

export abstract class Authenticator {
  /**
   * Who sent this request.
   * @throws {@link CredentialRefused}, {@link TwoCredentials}, {@link TooManyFailures}, {@link IdentityUnavailable}
   */
  abstract authenticate(source: CredentialSource): Promise<Principal>;

  /** Who a bare credential (PSK or JWT) belongs to; throws as {@link authenticate} does. */
  abstract verify(credential: string, address: string): Promise<Principal>;

  /**
   * The user with the roles held now, as if he came with a user PSK; `undefined` when unknown.
   * @throws {@link CredentialRefused} when disabled or deleted, {@link IdentityUnavailable}
   */
  abstract user(userId: string): Promise<Principal | undefined>;
}
