import { startApp, type App } from './app.js';
import { givenDeployment, givenPsk } from './governed.js';
import type { Answer, RequestOptions } from './http-client.js';
import { SetClock } from './set-clock.js';

export interface Person {
  readonly userId: string;
  readonly psk: string;
}

interface PersonOptions {
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
}

interface DeploymentOptions {
  readonly owner?: string;
  readonly roles?: readonly string[] | null;
  readonly importance?: string;
  readonly model?: string;
}

/** A policy's body that is valid; `trigger` and the rest are replaced as a whole. */
export const policyBody = (more: object = {}): Record<string, unknown> => ({
  active: true,
  name: 'Critical deployments',
  trigger: { entityType: 'deployment', intendedAction: { action: 'update' } },
  ...more,
});

export const trigger = (entityType: string, action: string, more: object = {}): object => ({
  entityType,
  intendedAction: { action },
  ...more,
});

/**
 * The service with people who govern: `admin` manages policies, `owner` owns the deployments, `rita` and `ron` review for
 * the group risk, `lea` for legal, `both` for either, `mallory` has nothing to do with any of it.
 */
export class Governance {
  readonly people: Record<string, Person> = {};
  private deployments = 0;

  private constructor(
    readonly app: App,
    readonly clock: SetClock,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<Governance> {
    const clock = new SetClock();
    const governance = new Governance(await startApp({ env, clock }), clock);
    for (const [groupId, name] of [
      ['risk', 'Model risk'],
      ['legal', 'Legal'],
      ['empty', 'Nobody'],
    ] as const)
      await governance.native('PUT', `groups/${groupId}`, { name });
    await governance.person('admin', { roles: ['approval-admin'] });
    await governance.person('owner');
    await governance.person('rita', { groups: ['risk'] });
    await governance.person('ron', { groups: ['risk'] });
    await governance.person('lea', { groups: ['legal'] });
    await governance.person('both', { groups: ['risk', 'legal'] });
    await governance.person('mallory');
    return governance;
  }

  stop(): Promise<void> {
    return this.app.stop();
  }

  async person(userId: string, { roles = [], groups = [] }: PersonOptions = {}): Promise<Person> {
    await this.native('PUT', `users/${userId}`, {
      username: userId,
      email: `${userId}@example.com`,
      firstName: userId,
      realmRoles: roles,
      groups,
    });
    const { psk } = await givenPsk(this.app, userId);
    return (this.people[userId] = { userId, psk });
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

  /** `who`: a name, or `platform`. `path` is what follows `/api/v2/`. */
  call(
    who: string,
    method: string,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<Answer> {
    return this.app.request(method, path.startsWith('/') ? path : `/api/v2/${path}`, {
      psk: this.pskOf(who),
      ...(body !== undefined && { body }),
      ...options,
    });
  }

  /** A deployment of `owner` that is active at once; its id. */
  async deployment({ owner = 'owner', roles = null, importance, model = 'churn' }: DeploymentOptions = {}) {
    const name = `d-${++this.deployments}`;
    if (importance === undefined) return givenDeployment(this.app, name, { owner, roles, model });
    const table = { schema: 's', table: 't' };
    const answer = await this.call('platform', 'POST', `/api/models/${model}/deployments`, {
      name,
      type: 'online',
      owner,
      importance,
      model: { model_name: model, model_version: '1' },
      source: table,
      target: table,
      entity_columns: ['id'],
      domain: 'risk',
      allowed_roles: roles,
    });
    if (answer.status !== 201) throw new Error(`deployment ${name}: ${answer.status} ${answer.text}`);
    return answer.json.deployment_id as string;
  }

  /** Its id. */
  async policy(body: object = policyBody()): Promise<string> {
    const answer = await this.call('admin', 'POST', 'approvalPolicies/', body);
    if (answer.status !== 201) throw new Error(`policy: ${answer.status} ${answer.text}`);
    return answer.json.id as string;
  }

  async deletePolicy(policyId: string): Promise<void> {
    await this.call('admin', 'DELETE', `approvalPolicies/${policyId}/`);
  }

  /** While `task` runs there is this policy. */
  async under<Result>(body: object, task: (policyId: string) => Promise<Result>): Promise<Result> {
    const policyId = await this.policy(body);
    try {
      return await task(policyId);
    } finally {
      await this.deletePolicy(policyId);
    }
  }

  /** A request of `owner`; its body. */
  async request(entityId: string, action: string, change: object | undefined, more: object = {}) {
    const answer = await this.call('owner', 'POST', 'changeRequests/', {
      entityType: 'deployment',
      entityId,
      action,
      autoApply: false,
      ...(change && { change }),
      ...more,
    });
    if (answer.status !== 201) throw new Error(`request: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  review(
    who: string,
    request: { readonly id: string; readonly changeVersionId: string },
    status: string,
    more: object = {},
  ): Promise<Answer> {
    return this.call(who, 'POST', `changeRequests/${request.id}/reviews/`, {
      changeVersionId: request.changeVersionId,
      status,
      ...more,
    });
  }

  async get(id: string, who = 'owner') {
    return (await this.call(who, 'GET', `changeRequests/${id}/`)).json;
  }

  /** Polls until it holds. */
  async until(id: string, met: (request: Record<string, unknown>) => boolean, who = 'owner') {
    for (;;) {
      const request = await this.get(id, who);
      if (met(request)) return request;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  resolved(id: string, who = 'owner') {
    return this.until(id, ({ status }) => status === 'resolved', who);
  }

  setStatus(who: string, id: string, status: string): Promise<Answer> {
    return this.call(who, 'PATCH', `changeRequests/${id}/status/`, { status });
  }

  async eventsOf(changeRequestId: string): Promise<readonly string[]> {
    const types: string[] = [];
    for await (const { type } of this.app.store.readStream(`changeRequest-${changeRequestId}`))
      types.push(type);
    return types;
  }

  private pskOf(who: string): string {
    if (who === 'platform') return this.app.platformPsk;
    const person = this.people[who];
    if (person === undefined) throw new Error(`nobody is called ${who}`);
    return person.psk;
  }
}
