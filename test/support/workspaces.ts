import { startApp, type App, type AppOptions } from './app.js';
import { givenPsk } from './governed.js';
import type { Answer, RequestOptions } from './http-client.js';

interface PersonOptions {
  readonly email?: string | null;
  readonly username?: string;
  readonly roles?: readonly string[];
}

/** The service and people with keys who call it in Wallaroo's words; `platform` is the platform's key. */
export class Workspaces {
  private readonly keys = new Map<string, string>();

  private constructor(readonly app: App) {
    this.keys.set('platform', app.platformPsk);
  }

  static async start(options: AppOptions = {}): Promise<Workspaces> {
    return new Workspaces(await startApp(options));
  }

  /** The same people, whose keys are known already, of a service that was started again. */
  on(app: App): Workspaces {
    const again = new Workspaces(app);
    for (const [who, key] of this.keys) again.keys.set(who, key);
    return again;
  }

  stop(): Promise<void> {
    return this.app.stop();
  }

  keyOf(who: string): string {
    const key = this.keys.get(who);
    if (key === undefined) throw new Error(`nobody is called ${who}`);
    return key;
  }

  /** Writes the whole entry. */
  async record(
    userId: string,
    {
      email = `${userId}@example.com`,
      username = userId,
      roles = [],
      ...more
    }: Readonly<Record<string, unknown>> & PersonOptions = {},
  ): Promise<void> {
    const body = { username, email, realmRoles: roles, ...more };
    const answer = await this.native('platform', 'PUT', `users/${encodeURIComponent(userId)}`, body);
    if (answer.status >= 300) throw new Error(`user ${userId}: ${answer.status} ${answer.text}`);
  }

  async person(
    userId: string,
    options: PersonOptions & Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    await this.record(userId, options);
    this.keys.set(userId, (await givenPsk(this.app, userId)).psk);
  }

  /** `path` follows `/v1/api/`; `null` sends no body. */
  call(who: string, path: string, body: unknown = {}, options: RequestOptions = {}): Promise<Answer> {
    return this.app.request('POST', `/v1/api/${path}`, {
      psk: this.keyOf(who),
      ...(body !== null && { body }),
      ...options,
    });
  }

  /** `path` follows `/governance/v1/`. */
  native(
    who: string,
    method: string,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<Answer> {
    return this.app.request(method, `/governance/v1/${path}`, {
      psk: this.keyOf(who),
      ...(body !== undefined && { body }),
      ...options,
    });
  }

  /** Its number; insists on success. */
  async create(who: string, name: string): Promise<number> {
    const answer = await this.call(who, 'workspaces/create', { workspace_name: name });
    if (answer.status !== 200) throw new Error(`workspace ${name}: ${answer.status} ${answer.text}`);
    return answer.json.workspace_id as number;
  }

  add(who: string, workspaceId: number, userId: string, userType?: string): Promise<Answer> {
    const body = { workspace_id: workspaceId, user_id: userId, ...(userType && { user_type: userType }) };
    return this.call(who, 'workspaces/add_user', body);
  }

  remove(who: string, workspaceId: number, userId: string): Promise<Answer> {
    return this.call(who, 'workspaces/remove_user', { workspace_id: workspaceId, user_id: userId });
  }

  /** `<user id> <role>`, as the platform lists them. */
  async membersOf(workspaceId: number): Promise<string[]> {
    const { json } = await this.call('platform', 'workspaces/list_users', { workspace_id: workspaceId });
    return (json.users as { user_id: string; user_type: string }[]).map(
      ({ user_id, user_type }) => `${user_id} ${user_type}`,
    );
  }

  async namesSeenBy(who: string, filter: object = {}): Promise<string[]> {
    const { json } = await this.call(who, 'workspaces/list', filter);
    return (json.workspaces as { name: string }[]).map(({ name }) => name);
  }

  async typesIn(stream: string): Promise<string[]> {
    const types: string[] = [];
    for await (const { type } of this.app.store.readStream(stream)) types.push(type);
    return types;
  }
}

export const refusal = (code: number, msg: string) => ({ status: code, text: JSON.stringify({ code, msg }) });
export const said = ({ status, text }: Answer) => ({ status, text });
