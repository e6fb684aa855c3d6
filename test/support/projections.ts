import { randomUUID } from 'node:crypto';
import type { EventStore, NewEvent } from '../../src/event-store/event-store.js';
import type { Database } from '../../src/event-store/sqlite/sqlite.js';
import type { Projection, ProjectionHandlers } from '../../src/projections/projection.js';

const METADATA = {
  occurredAt: '2026-01-02T03:04:05.678Z',
  schemaVersion: 1,
  actor: { kind: 'user', id: 'u-1' },
  credential: { type: 'jwt', id: 'j-1' },
  correlationId: 'c-1',
  causationId: 'r-1',
} as const;

export const event = (type: string, data: NewEvent['data'], schemaVersion = 1): NewEvent => ({
  id: randomUUID(),
  type,
  data,
  metadata: { ...METADATA, schemaVersion },
});

/** A deployment's roles become `roles`. */
export const rolesReplaced = (deployment: string, roles: readonly string[]): NewEvent =>
  event('RolesReplaced', {
    deploymentId: deployment,
    model: 'churn',
    name: deployment,
    before: null,
    after: roles,
    added: roles,
    removed: [],
  });

export const groupRecorded = (group: string): NewEvent =>
  event('GroupRecorded', { groupId: group, name: group.toUpperCase() });

export const requestAnswered = (): NewEvent =>
  event('RequestAnswered', { fingerprint: 'f', status: 200, headers: {}, personal: {} });

/** `count` role changes over `deployments` deployments, appended one by one. */
export const appendRoles = async (
  store: EventStore,
  count: number,
  deployments = 5,
  first = 0,
): Promise<bigint> => {
  let position = -1n;
  for (let n = first; n < first + count; n++) {
    const deployment = `d${n % deployments}`;
    ({ position } = await store.append(
      `deployment-${deployment}`,
      [rolesReplaced(deployment, [`role-${n}`])],
      'any',
    ));
  }
  return position;
};

interface Options {
  readonly version?: number;
  /** Called with every event before it is written; may throw. */
  readonly onEvent?: (type: string, data: unknown) => void;
}

/** One row per deployment: its present roles and how many changes led there. */
export const rolesProjection = ({ version = 1, onEvent }: Options = {}): Projection => ({
  name: 'roles',
  version,
  tables: ['deployment_roles'],
  schema: ({ deployment_roles }) => [
    `CREATE TABLE ${deployment_roles} (
       deployment_id TEXT PRIMARY KEY, roles TEXT NOT NULL, changes INTEGER NOT NULL, position INTEGER NOT NULL
     ) STRICT`,
  ],
  indexes: ({ deployment_roles }) => [
    `CREATE INDEX ${deployment_roles}_by_position ON ${deployment_roles} (position)`,
  ],
  handlers: (db: Database, { deployment_roles }): ProjectionHandlers => {
    const upsert = db.prepare(
      `INSERT INTO ${deployment_roles} VALUES (?, ?, 1, ?) ON CONFLICT (deployment_id) DO UPDATE
       SET roles = excluded.roles, changes = changes + 1, position = excluded.position`,
    );
    return {
      RolesReplaced: ({ type, data, position }) => {
        onEvent?.(type, data);
        upsert.run(data.deploymentId, JSON.stringify(data.after), position);
      },
    };
  },
});

/** One row per event, in log order. */
export const trailProjection = ({ version = 1, onEvent }: Options = {}): Projection => ({
  name: 'trail',
  version,
  tables: ['trail'],
  schema: ({ trail }) => [
    `CREATE TABLE ${trail} (position INTEGER PRIMARY KEY, type TEXT NOT NULL, stream TEXT NOT NULL) STRICT`,
  ],
  indexes: ({ trail }) => [`CREATE INDEX ${trail}_by_stream ON ${trail} (stream, position)`],
  handlers: (db: Database, { trail }): ProjectionHandlers => {
    const insert = db.prepare(`INSERT INTO ${trail} VALUES (?, ?, ?)`);
    return {
      any: ({ type, data, position, stream }) => {
        onEvent?.(type, data);
        insert.run(position, type, stream);
      },
    };
  },
});
