import type { App } from './app.js';
import type { Answer, RequestOptions } from './http-client.js';
import { VALID_CREATE } from './nx1-refused-bodies.js';

export type Credential = Pick<RequestOptions, 'psk' | 'token'>;

/** Nx1's calls as a client would make them, by the platform unless said otherwise. */
export class Nx1Client {
  constructor(
    readonly app: App,
    private readonly credential: Credential = { psk: app.platformPsk },
  ) {}

  as(credential: Credential): Nx1Client {
    return new Nx1Client(this.app, credential);
  }

  call(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.app.request(method, path, { ...this.credential, ...options });
  }

  create(changes: object = {}, model = 'churn'): Promise<Answer> {
    return this.call('POST', `/api/models/${model}/deployments`, { body: { ...VALID_CREATE, ...changes } });
  }

  list(query = '', model = 'churn'): Promise<Answer> {
    return this.call('GET', `/api/models/${model}/deployments${query}`);
  }

  get(name: string, model = 'churn'): Promise<Answer> {
    return this.call('GET', `/api/models/${model}/deployments/${name}`);
  }

  stop(name: string): Promise<Answer> {
    return this.call('POST', `/api/models/churn/deployments/${name}/stop`);
  }

  start(name: string): Promise<Answer> {
    return this.call('POST', `/api/models/churn/deployments/${name}/start`);
  }

  archive(name: string): Promise<Answer> {
    return this.call('DELETE', `/api/models/churn/deployments/${name}`);
  }

  setRoles(
    name: string,
    body: object,
    headers: Record<string, string> = {},
    model = 'churn',
  ): Promise<Answer> {
    return this.call('PUT', `/api/models/${model}/deployments/${name}/allowed_roles`, { body, headers });
  }

  reportRun(name: string, body: object): Promise<Answer> {
    return this.call('POST', `/api/models/churn/deployments/${name}/runs`, { body });
  }

  /** What the log says of a deployment: type and data of each event. */
  async eventsOf(
    deploymentId: string,
  ): Promise<readonly { readonly type: string; readonly data: unknown }[]> {
    const events: { type: string; data: unknown }[] = [];
    for await (const { type, data } of this.app.store.readStream(`deployment-${deploymentId}`))
      events.push({ type, data });
    return events;
  }
}
