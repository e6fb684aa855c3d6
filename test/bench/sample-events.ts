import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../../src/event-store/event-store.js';

const roles = ['nx1_engineer', 'nx1_monitor', 'nx1_ingest'];

const metadata = (turn: number): NewEvent['metadata'] => ({
  occurredAt: new Date(1_700_000_000_000 + turn * 1000).toISOString(),
  schemaVersion: 1,
  actor: { kind: 'user', id: `12ea09d1-0f49-405e-bed1-27eb6d10fd${(turn % 90) + 10}` },
  credential: { type: 'user_psk', id: 'b1946ac9-2492-4d2a-a3c5-1f2e3d4c5b6a' },
  correlationId: randomUUID(),
  causationId: randomUUID(),
});

const names = (deploymentId: string) => ({
  deploymentId,
  model: 'churn',
  name: `prod-${deploymentId.slice(-12)}`,
});

export const registered = (deploymentId: string): NewEvent => ({
  id: randomUUID(),
  type: 'DeploymentRegistered',
  data: {
    ...names(deploymentId),
    modelVersion: '3',
    modelAlias: null,
    resolvedModelVersion: '3',
    type: 'online',
    domain: 'marketing',
    ownerId: 'alice',
    importance: 'MODERATE',
    allowedRoles: null,
    source: { schema: 's', table: 't', catalog: 'iceberg', filterSql: null, snapshotId: null },
    target: { schema: 's', table: 't', catalog: 'iceberg' },
    entityColumns: ['id'],
    schedule: null,
    rerunBehavior: 'overwrite_partition',
    partitionColumn: 'scored_at',
    triggerNow: false,
    personal: { alice: { owner: 'alice' } },
  },
  metadata: metadata(0),
});

/** About 600 bytes with its metadata, as most of a governed log is. */
export const rolesReplaced = (deploymentId: string, turn: number): NewEvent => {
  const before = roles.slice(0, 1 + (turn % 3));
  const after = roles.slice(0, 1 + ((turn + 1) % 3));
  return {
    id: randomUUID(),
    type: 'RolesReplaced',
    data: {
      ...names(deploymentId),
      before,
      after,
      added: after.filter((role) => !before.includes(role)),
      removed: before.filter((role) => !after.includes(role)),
    },
    metadata: metadata(turn),
  };
};

export const deploymentIds = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `3c90c3cc-0d44-4b50-8888-${String(i).padStart(12, '0')}`);

/** For a log that keeps what other runs wrote: no name comes twice. */
export const newDeploymentIds = (count: number): string[] =>
  Array.from({ length: count }, () => randomUUID());
