import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, RequestOptions } from './http-client.js';

export const WEBHOOKS = '/governance/v1/webhooks';

/** Whatever answers requests: the service in this process, or as a process of its own. */
export interface Asked {
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
}

export interface GivenWebhook {
  readonly id: string;
  readonly secret: string;
  readonly path: string;
}

export const givenWebhook = async (
  app: Asked,
  psk: string,
  url: string,
  filter: object = {},
): Promise<GivenWebhook> => {
  const { status, text, json } = await app.request('POST', WEBHOOKS, { psk, body: { url, ...filter } });
  if (status !== 201) throw new Error(`no webhook: ${status} ${text}`);
  const { id, secret } = json as GivenWebhook;
  return { id, secret, path: `${WEBHOOKS}/${id}` };
};

/** An event of the entity `group-<id>`; another name each time makes another event. */
export const givenEvent = async (app: Asked, psk: string, group: string, name: string): Promise<string> => {
  const path = `/governance/v1/groups/${group}`;
  const { status, headers, text } = await app.request('PUT', path, { psk, body: { name } });
  if (status >= 300) throw new Error(`no event: ${status} ${text}`);
  return headers['x-event-position'] ?? '';
};

/** Asks until the answer is as hoped; the test's own time-out ends it. */
export const eventually = async <Result>(
  ask: () => Promise<Result>,
  isGood: (result: Result) => boolean,
): Promise<Result> => {
  for (;;) {
    const result = await ask();
    if (isGood(result)) return result;
    await pause(20);
  }
};

export interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly position: string;
  readonly status: string;
  readonly attempts: readonly {
    readonly at: string;
    readonly statusCode: number | null;
    readonly latencyMs: number;
    readonly answer: string | null;
    readonly error: string | null;
  }[];
  readonly nextAttemptAt: string | null;
}

export const deliveriesOf = async (
  app: Asked,
  psk: string,
  { path }: GivenWebhook,
  status?: string,
): Promise<readonly Delivery[]> => {
  const query = status === undefined ? '' : `?status=${status}`;
  const { json } = await app.request('GET', `${path}/deliveries${query}`, { psk });
  return (json as { items: readonly Delivery[] }).items;
};
