import { randomUUID } from 'node:crypto';
import type { EventMetadata } from '../../src/event-store/event-metadata.js';
import type { NewEvent } from '../../src/event-store/event-store.js';

const BEGIN = Date.parse('2026-01-01T00:00:00Z');

const metadata = (turn: number): EventMetadata => ({
  occurredAt: new Date(BEGIN + turn * 1000).toISOString(),
  schemaVersion: 1,
  actor: { kind: 'user', id: 'alice' },
  credential: { type: 'user_psk', id: 'b1946ac9-2492-4d2a-a3c5-1f2e3d4c5b6a' },
  correlationId: randomUUID(),
  causationId: randomUUID(),
});

const group = { groupId: 'reviewers', name: 'Reviewers', memberCount: 1, members: ['rita'] };

export interface SampleRequest {
  readonly changeRequestId: string;
  readonly events: readonly NewEvent[];
}

/** One request, the `turn`-th: every second one is pending, the others were cancelled. */
export const sampleRequest = (turn: number, deploymentId: string): SampleRequest => {
  const changeRequestId = randomUUID();
  const changeVersionId = randomUUID();
  const names = {
    changeRequestId,
    entityType: 'deployment',
    entityId: deploymentId,
    action: 'changeImportance',
  };
  const event = (type: string, data: object, at: number): NewEvent => ({
    id: randomUUID(),
    type,
    data: { ...names, ...data },
    metadata: metadata(at),
  });
  const opened = event(
    'ChangeRequestOpened',
    {
      model: 'churn',
      name: 'prod',
      change: { action: 'changeImportance', importance: 'CRITICAL' },
      changeVersionId,
      autoApply: false,
      comment: 'The quarterly review asks for it',
      requesterId: turn % 4 < 2 ? 'alice' : 'albert',
      requirement: {
        policy: {
          policyId: '8d3c90cc-0d44-4b50-8888-000000000001',
          version: 1,
          name: 'Importance',
          trigger: {
            entityType: 'deployment',
            action: 'update',
            condition: null,
            filterGroups: null,
            labels: null,
          },
        },
        groups: [group],
        approvalsRequired: 1,
        reminderPeriod: null,
        automaticAction: null,
      },
      status: 'pending',
    },
    2 * turn,
  );
  if (turn % 2 === 0) return { changeRequestId, events: [opened] };
  const diff = { changesFrom: ['Importance: MODERATE'], changesTo: ['Importance: CRITICAL'] };
  const closed = { changeVersionId, reason: 'asked', cancelledBy: 'alice', diff };
  return { changeRequestId, events: [opened, event('ChangeRequestCancelled', closed, 2 * turn + 1)] };
};
