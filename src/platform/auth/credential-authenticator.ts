import { Authenticator, type CredentialSource } from './authenticator.js';
import { bareCredential, credentialIn, type Credential } from './credentials.js';
import { tokenRefused } from './jwt-form.js';
import type { Principal } from './principal.js';
import type { PskAuthenticator } from './psk-authenticator.js';
import type { TokenAuthenticator } from './token-authenticator.js';
import type { UserPrincipals } from './user-principals.js';

/** Tokens by the identity provider's keys, pre-shared keys by our own records; one never stands in for the other. */
export class CredentialAuthenticator extends Authenticator {
  constructor(
    /** `null`: no issuer is configured, every token is refused. */
    private readonly tokens: TokenAuthenticator | null,
    private readonly psks: PskAuthenticator,
    private readonly users: UserPrincipals,
  ) {
    super();
  }

  async authenticate({ rawHeaders, address }: CredentialSource): Promise<Principal> {
    return this.identify(credentialIn(rawHeaders), address);
  }

  async verify(credential: string, address: string): Promise<Principal> {
    return this.identify(bareCredential(credential), address);
  }

  async user(userId: string): Promise<Principal | undefined> {
    return this.users.find(userId, '');
  }

  private identify({ form, value }: Credential, address: string): Promise<Principal> {
    if (form === 'psk') return this.psks.authenticate(value, address);
    if (this.tokens === null) throw tokenRefused('tokens are not accepted: no issuer is configured');
    return this.tokens.authenticate(value);
  }
}
