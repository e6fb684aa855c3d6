import { startApp, type App } from './app.js';
import { Nx1Client, type Credential } from './nx1-client.js';
import { AUDIENCE, OpenIdProvider, type Person } from './openid-provider.js';

export const ALICE: Person = { sub: '11111111-1111-4111-8111-111111111111', username: 'alice' };
export const ENGINEER: Person = {
  sub: '22222222-2222-4222-8222-222222222222',
  username: 'erin',
  roles: ['nx1_engineer'],
};
export const OTHER: Person = {
  sub: '33333333-3333-4333-8333-333333333333',
  username: 'otto',
  roles: ['nx1_ask'],
};
export const ADMIN: Person = {
  sub: '44444444-4444-4444-8444-444444444444',
  username: 'ada',
  roles: ['governance-admin'],
};

/** The service with an OpenID provider beside it, and people who hold its tokens and the service's keys. */
export class Nx1People {
  private readonly psks = new Map<string, string>();

  private constructor(
    readonly provider: OpenIdProvider,
    readonly app: App,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<Nx1People> {
    const provider = await OpenIdProvider.start();
    const keycloak = { KEYCLOAK_ISSUER: provider.issuer, KEYCLOAK_AUDIENCE: AUDIENCE };
    return new Nx1People(provider, await startApp({ env: { ...keycloak, ...env } }));
  }

  get platform(): Nx1Client {
    return new Nx1Client(this.app);
  }

  async token(person: Person): Promise<Credential> {
    return { token: await this.provider.sign(this.provider.claims(person)) };
  }

  /** The person's key, made on first use as he would make it himself. */
  async psk(person: Person): Promise<Credential> {
    const known = this.psks.get(person.sub);
    if (known !== undefined) return { psk: known };
    const { status, text, json } = await this.app.request('POST', '/api/user/psk', {
      ...(await this.token(person)),
      body: {},
    });
    if (status !== 201) throw new Error(`no key for ${person.username}: ${status} ${text}`);
    this.psks.set(person.sub, json.psk as string);
    return { psk: json.psk as string };
  }

  async stop(): Promise<void> {
    await this.app.stop();
    await this.provider.close();
  }
}
