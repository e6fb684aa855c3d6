import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeJwt } from 'jose';
import type { OpenIdProvider } from './openid-provider.js';

export interface RealmUser {
  readonly username: string;
  readonly enabled?: boolean;
  /** Effective ones, those inside composite roles included. */
  readonly realmRoles?: readonly string[];
  readonly clientRoles?: Readonly<Record<string, readonly string[]>>;
}

const PREFIX = '/admin/realms/tests';

/** As much of Keycloak's Admin API as answers who a user is and which roles he effectively holds. */
export class KeycloakAdminApi {
  readonly users = new Map<string, RealmUser>();
  /** Requests answered for users, by path. */
  readonly asked: string[] = [];
  down = false;

  /** @param adminClient the only one whose tokens are taken */
  constructor(provider: OpenIdProvider, adminClient: string) {
    provider.also = (request, response) => {
      if (!request.url?.startsWith(PREFIX)) return false;
      if (this.down) request.socket.destroy();
      else if (clientOf(request) !== adminClient) response.writeHead(401).end('{}');
      else this.answer(new URL(request.url.slice(PREFIX.length), 'http://x'), response);
      return true;
    };
  }

  private answer({ pathname, searchParams }: URL, response: ServerResponse): void {
    const send = (body: unknown): void => {
      response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? { error: 'not found' }));
    };
    if (pathname === '/clients') {
      const clientId = searchParams.get('clientId') ?? '';
      return send([{ id: idOfClient(clientId), clientId }]);
    }
    const [, , userId = '', ...rest] = pathname.split('/').map(decodeURIComponent);
    this.asked.push(pathname);
    const user = this.users.get(userId);
    send(user && answerFor(userId, user, rest.join('/')));
  }
}

const idOfClient = (clientId: string): string => `id-of-${clientId}`;

const clientOf = ({ headers }: IncomingMessage): unknown =>
  decodeJwt(headers.authorization?.replace(/^Bearer /, '') ?? '')['client_id'];

const named = (roles: readonly string[] = []): unknown =>
  roles.map((name) => ({ id: `id-of-${name}`, name }));

const answerFor = (id: string, user: RealmUser, path: string): unknown => {
  const { username, enabled = true, realmRoles, clientRoles = {} } = user;
  if (path === '') return { id, username, enabled, email: `${username}@example.org`, emailVerified: true };
  if (path === 'role-mappings/realm/composite') return named([...(realmRoles ?? []), 'default-roles-tests']);
  if (path === 'role-mappings') {
    const clients = Object.keys(clientRoles).map((client) => [
      client,
      { id: idOfClient(client), mappings: [] },
    ]);
    return { realmMappings: [], clientMappings: Object.fromEntries(clients) as unknown };
  }
  const client = /^role-mappings\/clients\/id-of-(.*)\/composite$/.exec(path)?.[1];
  return client === undefined ? undefined : named(clientRoles[client]);
};
