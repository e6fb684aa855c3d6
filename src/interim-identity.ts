import { Authenticator, CredentialRefused, type CredentialSource } from './platform/auth/authenticator.js';
import { Directory, type DirectoryUser } from './platform/auth/directory.js';
import type { Principal } from './platform/auth/principal.js';
import type { Config } from './platform/config/config.js';

const PLATFORM: Principal = {
  kind: 'platform',
  userId: null,
  username: null,
  verifiedEmail: null,
  roles: [],
  isAdmin: false,
  credentialType: 'platform_psk',
  email: null,
  displayName: null,
  realmRoles: [],
  clientRoles: {},
  groups: [],
  backendRoles: [],
  scopes: [],
  clientId: null,
  sessionId: null,
  credentialId: '00000000',
};

/** Stands in for identity until it is wired: knows the configured platform key and nobody else. */
export class InterimAuthenticator extends Authenticator {
  constructor(private readonly config: Config) {
    super();
  }

  authenticate({ rawHeaders, address }: CredentialSource): Promise<Principal> {
    const at = rawHeaders.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'authorization-psk');
    return this.verify(at < 0 ? '' : (rawHeaders[at + 1] ?? ''), address);
  }

  async verify(credential: string, _address: string): Promise<Principal> {
    if (credential === '') throw new CredentialRefused('no_credential', 'none', 'nothing sent');
    if (credential !== this.config.platformKey.plain)
      throw new CredentialRefused('invalid_credential', 'psk', 'unknown key');
    return PLATFORM;
  }

  async user(): Promise<undefined> {
    return undefined;
  }
}

export class InterimDirectory extends Directory {
  user(): DirectoryUser | undefined {
    return undefined;
  }

  usersByUsername(): readonly DirectoryUser[] {
    return [];
  }

  usersByVerifiedEmail(): readonly DirectoryUser[] {
    return [];
  }

  knowsRole(): boolean {
    return false;
  }
}
