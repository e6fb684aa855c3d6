import { startApp, type App, type AppOptions } from './app.js';
import { givenPsk } from './governed.js';
import type { Answer, RequestOptions } from './http-client.js';

export interface MemberOptions {
  readonly username?: string;
  readonly realmRoles?: readonly string[];
  readonly backendRoles?: readonly string[];
}

const FULL = ['ml_full_access'];

/** The access parameters and texts of a group, as sent. */
export type GroupBody = Readonly<Record<string, unknown>>;

/**
 * The service with people who use model groups: `ana` holds the backend roles risk and audit, `rob` risk, `ivo` IT, `nil`
 * none; `ada` is an administrator (all_access), `gov` one of governance; `rea` may read only, `out` nothing.
 */
export class ModelGroups {
  private constructor(
    readonly app: App,
    private readonly psks = new Map<string, string>(),
  ) {}

  /** `known`: over the data of another one that was stopped, with its people. */
  static async start(options: AppOptions = {}, known?: ModelGroups): Promise<ModelGroups> {
    const groups = new ModelGroups(await startApp(options), known?.psks);
    if (known !== undefined) return groups;
    await groups.member('ana', { backendRoles: ['risk', 'audit'] });
    await groups.member('rob', { backendRoles: ['risk'] });
    await groups.member('ivo', { backendRoles: ['IT'] });
    await groups.member('nil', { backendRoles: [] });
    await groups.member('ada', { realmRoles: ['all_access'], backendRoles: ['office'] });
    await groups.member('gov', { realmRoles: ['governance-admin'], backendRoles: ['office'] });
    await groups.member('rea', { realmRoles: ['ml_read_access'], backendRoles: ['risk'] });
    await groups.member('out', { realmRoles: ['nx1_ask'], backendRoles: ['risk', 'ml_full_access'] });
    return groups;
  }

  /** Writes somebody into the directory anew; he gets a key the first time. */
  async member(userId: string, options: MemberOptions): Promise<void> {
    const { username = userId, realmRoles = FULL, backendRoles = [] } = options;
    await this.native('PUT', `users/${userId}`, { username, realmRoles, backendRoles });
    if (!this.psks.has(userId)) this.psks.set(userId, (await givenPsk(this.app, userId)).psk);
  }

  pskOf(who: string): string {
    const psk = who === 'platform' ? this.app.platformPsk : this.psks.get(who);
    if (psk === undefined) throw new Error(`nobody is called ${who}`);
    return psk;
  }

  /** `path` is what follows `/_plugins/_ml/model_groups`. */
  call(
    who: string,
    method: string,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<Answer> {
    return this.app.request(method, `/_plugins/_ml/model_groups${path}`, {
      psk: this.pskOf(who),
      ...(body !== undefined && { body }),
      ...options,
    });
  }

  /** Insists on success; its id. */
  async given(who: string, body: GroupBody): Promise<string> {
    const answer = await this.call(who, 'POST', '/_register', body);
    if (answer.status !== 200) throw new Error(`register: ${answer.status} ${answer.text}`);
    return answer.json.model_group_id as string;
  }

  /** Registered artifacts, with what is sent of them. */
  async model(id: string, modelGroupId: string | null, kind = 'model'): Promise<Answer> {
    return this.native('PUT', `artifacts/${kind}/${id}`, { name: id, modelGroupId });
  }

  /** As the platform; insists on success. */
  async native(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await this.app.request(method, `/governance/v1/${path}`, {
      psk: this.app.platformPsk,
      ...(body && { body }),
    });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  /** Ids of the groups that a search finds. */
  async found(who: string, body: object = { size: 1000 }): Promise<readonly string[]> {
    const answer = await this.call(who, 'POST', '/_search', body);
    if (answer.status !== 200) throw new Error(`search: ${answer.status} ${answer.text}`);
    return (answer.json.hits.hits as { _id: string }[]).map(({ _id }) => _id);
  }
}

/** The envelope of a refusal. */
export const refusal = (status: number, type: string, reason: unknown): object => ({
  error: { root_cause: [{ type, reason }], type, reason },
  status,
});
