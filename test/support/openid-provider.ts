import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';

/** One who gets tokens; his claims stand in them as Keycloak would put them there. */
export interface Person {
  readonly sub: string;
  readonly username: string;
  readonly roles?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface SigningKeyPair {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

/** What is wrong with the key set just now; `slow` never answers. */
export type KeySetFault = 'none' | 'down' | 'slow' | 'error' | 'garbage' | 'empty' | 'huge' | 'redirect';

export const AUDIENCE = 'countersign';
export const CLIENT_ID = 'countersign';
const REALM = '/realms/tests';
const JWKS_PATH = '/protocol/openid-connect/certs';
/** Of every client. */
export const SECRET = 'a-client-secret-for-tests';

export const newKeyPair = async (kid: string, alg = 'RS256'): Promise<SigningKeyPair> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const extra = { kid, alg, use: 'sig' };
  return {
    kid,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), ...extra },
    privateJwk: { ...(await exportJWK(privateKey)), ...extra },
  };
};

/** The provider's package talks to the console while it loads and starts. */
const silently = async <Result>(run: () => Promise<Result>): Promise<Result> => {
  const { info, warn } = console;
  Object.assign(console, { info: () => {}, warn: () => {} });
  try {
    return await run();
  } finally {
    Object.assign(console, { info, warn });
  }
};

/** A real OpenID provider on loopback, with Keycloak's paths and tokens, whose keys can be rotated and withheld. */
export class OpenIdProvider {
  /** What befalls whoever asks for the key set. */
  fault: KeySetFault = 'none';
  /** Whether it says where its key set is. */
  discoverable = true;
  /** How often the key set was asked for. */
  keySetFetches = 0;
  /** Paths below the host that are none of the provider's, e.g. Keycloak's Admin API; `true` when it answered. */
  also: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

  private readonly people = new Map<string, Person>();
  private keys: SigningKeyPair[] = [];
  private handle: RequestListener = (_request, response) => response.writeHead(503).end();
  private readonly server = createServer((request, response) => this.answer(request, response));

  private constructor() {}

  static async start(): Promise<OpenIdProvider> {
    const provider = new OpenIdProvider();
    provider.server.listen(0, '127.0.0.1');
    await once(provider.server, 'listening');
    await provider.rotate('k1');
    return provider;
  }

  get host(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get issuer(): string {
    return this.host + REALM;
  }

  get jwksUri(): string {
    return this.issuer + JWKS_PATH;
  }

  /** The key that signs now. */
  get key(): SigningKeyPair {
    const [current] = this.keys;
    if (current === undefined) throw new Error('the provider has no key');
    return current;
  }

  /** Signs with a new key from now on; the old ones stay in the set, as Keycloak's passive keys do. */
  async rotate(kid: string): Promise<void> {
    this.keys.unshift(await newKeyPair(kid));
    await this.rebuild();
  }

  /** Takes an old key out of the set. */
  async withdraw(kid: string): Promise<void> {
    this.keys = this.keys.filter((key) => key.kid !== kid);
    await this.rebuild();
  }

  /** An access token as the provider itself issues it. */
  async token(person: Person): Promise<string> {
    if (!this.people.has(person.sub)) {
      this.people.set(person.sub, person);
      await this.rebuild();
    }
    return this.clientCredentials(person.sub);
  }

  /** The claims of a good access token, to be spoilt. */
  claims(person: Person): Record<string, unknown> {
    const now = Math.floor(Date.now() / 1000);
    const identity = { iss: this.issuer, aud: [AUDIENCE], sub: person.sub, iat: now, exp: now + 300 };
    return { ...identity, jti: crypto.randomUUID(), ...keycloakClaims(person) };
  }

  /** Signs whatever is given with the provider's key, or with another one under any header. */
  async sign(
    claims: Readonly<Record<string, unknown>>,
    header: Readonly<Record<string, unknown>> = {},
    key: SigningKeyPair = this.key,
  ): Promise<string> {
    const { alg = 'RS256', ...rest } = header;
    const signer = new SignJWT(claims).setProtectedHeader({
      alg: String(alg),
      typ: 'JWT',
      kid: this.key.kid,
      ...rest,
    });
    const signingKey = alg === 'RS256' ? key.privateKey : await importJWK(key.privateJwk, String(alg));
    return signer.sign(signingKey);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async clientCredentials(id: string): Promise<string> {
    const response = await fetch(`${this.issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${SECRET}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: `urn:${AUDIENCE}` }),
    });
    const answer = (await response.json()) as { access_token?: string };
    if (answer.access_token === undefined) throw new Error(JSON.stringify(answer));
    return answer.access_token;
  }

  private async rebuild(): Promise<void> {
    this.handle = await silently(async () => {
      const { Provider } = await import('oidc-provider');
      return new Provider(this.issuer, this.configuration()).callback();
    });
  }

  private configuration(): Record<string, unknown> {
    return {
      jwks: { keys: this.keys.map(({ privateJwk }) => privateJwk) },
      routes: { jwks: JWKS_PATH, token: '/protocol/openid-connect/token' },
      ttl: { ClientCredentials: 300 },
      clients: [...this.people.keys()].map((id) => ({
        client_id: id,
        client_secret: SECRET,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      })),
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => `urn:${AUDIENCE}`,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            scope: '',
            audience: AUDIENCE,
            accessTokenFormat: 'jwt',
            accessTokenTTL: 300,
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
      extraTokenClaims: (_context: unknown, token: { clientId: string }) => {
        const person = this.people.get(token.clientId);
        return person === undefined ? {} : keycloakClaims(person);
      },
      formats: {
        customizers: {
          // Keycloak's header type, and its list of audiences.
          jwt: (_context: unknown, token: { clientId: string }, jwt: { header: object; payload: object }) => {
            jwt.header = { ...jwt.header, typ: 'JWT' };
            jwt.payload = { ...jwt.payload, sub: token.clientId, aud: [AUDIENCE] };
          },
        },
      },
    };
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '/';
    if (url.startsWith(REALM + JWKS_PATH)) {
      this.keySetFetches++;
      if (this.fault !== 'none') return this.fail(this.fault, request, response);
    }
    if (!this.discoverable && url.includes('/.well-known/')) {
      response.writeHead(404).end();
      return;
    }
    if (url.startsWith(REALM)) {
      // As a router does that mounts the provider below a path.
      Object.assign(request, { originalUrl: url, url: url.slice(REALM.length) });
      return this.handle(request, response) as void;
    }
    if (!this.also(request, response)) response.writeHead(404).end();
  }

  private fail(
    fault: Exclude<KeySetFault, 'none'>,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    switch (fault) {
      case 'down':
        request.socket.destroy();
        return;
      case 'slow':
        return;
      case 'error':
        response.writeHead(500).end('{"keys":[]}');
        return;
      case 'garbage':
        response.writeHead(200, { 'content-type': 'application/json' }).end('<html>not a key set</html>');
        return;
      case 'empty':
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"keys":[]}');
        return;
      case 'huge':
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(`"${'x'.repeat(2 * 1024 * 1024)}"`);
        return;
      case 'redirect':
        response.writeHead(302, { location: this.jwksUri }).end();
        return;
    }
  }
}

const keycloakClaims = ({ username, roles = [], claims = {} }: Person): Record<string, unknown> => ({
  typ: 'Bearer',
  azp: 'a-web-app',
  sid: 'session-1',
  scope: 'openid email profile',
  realm_access: { roles: [...roles, 'offline_access', 'uma_authorization', 'default-roles-tests'] },
  resource_access: { account: { roles: ['manage-account'] } },
  preferred_username: username,
  email: `${username}@Example.org`,
  email_verified: true,
  name: 'Some Body',
  given_name: 'Some',
  family_name: 'Body',
  ...claims,
});
