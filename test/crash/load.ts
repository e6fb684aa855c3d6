import { randomUUID } from 'node:crypto';
import type { Answer } from '../support/http-client.js';
import { PLATFORM_PSK } from '../support/app.js';
import type { ServiceProcess } from '../support/service-process.js';

/** One write that a client sent, and what it knows of its outcome. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly key: string;
  /** A word that stands in this write's event and in no other. */
  readonly mark: string;
  readonly eventType: 'RolesReplaced' | 'DeploymentRegistered' | 'UserRecorded';
  /** `undefined`: the connection ended first, so the client can't know. */
  answer?: Answer;
}

const DEPLOYMENTS = '/api/models/churn/deployments';

const registration = (name: string) => ({
  name,
  type: 'online',
  domain: 'marketing',
  owner: 'the-team',
  model: { model_name: 'churn', model_version: '3' },
  source: { schema: 'features', table: 'churn' },
  target: { schema: 'scores', table: 'churn' },
  entity_columns: ['customer_id'],
});

const nextWrite = (turn: number, targets: readonly string[]): Sent => {
  const mark = `m${randomUUID().replaceAll('-', '')}`;
  const key = randomUUID();
  switch (turn % 4) {
    case 0:
      return {
        method: 'POST',
        path: DEPLOYMENTS,
        body: registration(mark),
        key,
        mark,
        eventType: 'DeploymentRegistered',
      };
    case 1:
      return {
        method: 'PUT',
        path: `/governance/v1/users/${randomUUID()}`,
        body: { username: mark },
        key,
        mark,
        eventType: 'UserRecorded',
      };
    default: {
      const path = `${DEPLOYMENTS}/${targets[turn % targets.length]}/allowed_roles`;
      return { method: 'PUT', path, body: { allowed_roles: [mark] }, key, mark, eventType: 'RolesReplaced' };
    }
  }
};

export const send = (service: ServiceProcess, { method, path, body, key }: Sent): Promise<Answer> =>
  service.request(method, path, { psk: PLATFORM_PSK, body, headers: { 'idempotency-key': key } });

export const registerTargets = async (service: ServiceProcess, names: readonly string[]): Promise<void> => {
  for (const name of names) {
    const answer = await service.request('POST', DEPLOYMENTS, {
      psk: PLATFORM_PSK,
      body: registration(name),
    });
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  }
};

/**
 * Several clients write without a pause until the service is gone. It is killed in the middle of their requests, right
 * after `acknowledgements` answers.
 */
export const killUnderLoad = async (
  service: ServiceProcess,
  targets: readonly string[],
  { clients, acknowledgements }: { clients: number; acknowledgements: number },
): Promise<Sent[]> => {
  const sent: Sent[] = [];
  let acknowledged = 0;
  let gone: Promise<unknown> | undefined;
  const client = async (): Promise<void> => {
    while (gone === undefined) {
      const write = nextWrite(sent.length, targets);
      sent.push(write);
      try {
        write.answer = await send(service, write);
      } catch {
        return;
      }
      acknowledged++;
      if (acknowledged >= acknowledgements) gone ??= service.kill('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  await gone;
  return sent;
};
