import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamName } from '../../src/domain/events.js';
import type { EventMetadata } from '../../src/event-store/event-metadata.js';
import type { EventStore, NewEvent, RecordedEvent } from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { auditProjection } from '../../src/features/audit/index.js';
import { ProjectionEngine } from '../../src/projections/projection-engine.js';

const SECOND = 1_000;
export const START = Date.parse('2026-01-01T00:00:00.000Z');

export interface HistoryEvent {
  readonly stream: string;
  readonly event: NewEvent;
}

export type Change = Partial<
  Pick<EventMetadata, 'occurredAt' | 'actor' | 'correlationId' | 'reason' | 'traceparent'>
> & {
  readonly data?: NewEvent['data'];
};

/** An event as the write side would have recorded it. */
export const historyEvent = (stream: string, type: string, change: Change = {}): HistoryEvent => {
  const { data = { note: 'n' }, ...metadata } = change;
  return {
    stream,
    event: {
      id: randomUUID(),
      type,
      data,
      metadata: {
        occurredAt: new Date(START).toISOString(),
        schemaVersion: 1,
        actor: { kind: 'user', id: 'alice' },
        credential: { type: 'jwt', id: 'j-1' },
        correlationId: randomUUID(),
        causationId: randomUUID(),
        ...metadata,
      },
    },
  };
};

const names = (id: string): object => ({ deploymentId: id, model: 'churn', name: `d-${id}` });

/** Data of each type as the write side forms it; `index` makes each event's differ. */
const DATA: Readonly<Record<string, (id: string, index: number) => NewEvent['data']>> = {
  RolesReplaced: (id, index) => ({
    ...names(id),
    before: [],
    after: [`role-${index}`],
    added: [`role-${index}`],
    removed: [],
  }),
  DeploymentStatusChanged: (id, index) => ({
    ...names(id),
    from: 'active',
    to: 'active',
    replicaCount: index,
  }),
  UserRecorded: (userId, index) => ({
    userId,
    realmRoles: [`role-${index}`],
    clientRoles: {},
    groups: [],
    backendRoles: [],
    emailVerified: false,
    enabled: true,
    source: 'directory',
    personal: { [userId]: { username: `user-${userId}`, email: null, firstName: null, lastName: null } },
  }),
  UserLeftGroup: (userId, index) => ({ userId, groupId: `group-${index}` }),
  PskIssued: (userId, index) => ({
    pskId: randomUUID(),
    userId,
    publicId: randomUUID(),
    digest: `digest-${index}`,
    description: null,
    validUntil: null,
  }),
  PskRevoked: (userId) => ({ pskId: randomUUID(), userId }),
  GroupRecorded: (groupId, index) => ({ groupId, name: `group ${index}` }),
  RequestAnswered: (_, index) => ({
    fingerprint: `fingerprint-${index}`,
    status: 200,
    headers: {},
    personal: { platform: { body: null } },
  }),
};

const TYPES: Readonly<Record<string, readonly string[]>> = {
  deployment: ['RolesReplaced', 'DeploymentStatusChanged'],
  user: ['UserRecorded', 'UserLeftGroup'],
  psk: ['PskIssued', 'PskRevoked'],
  group: ['GroupRecorded'],
  idempotency: ['RequestAnswered'],
};
export const AGGREGATES = Object.keys(TYPES);
export const ACTORS = ['alice', 'bob', 'platform', 'nobody'];
export const CORRELATIONS = ['c-0', 'c-1', 'c-2', 'c-3'];
/** Ids are shared between aggregates, as those of users and of their keys are. */
export const IDS = ['1', '2', '3', '4'];

/** A log in which every filter finds something; times rise by a second each, give or take, and a clock once stepped back. */
export const generateHistory = (length: number, random: () => number): readonly HistoryEvent[] => {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  return Array.from({ length }, (_, index) => {
    const aggregate = pick(AGGREGATES);
    const actor = pick(ACTORS);
    const jitter = Math.round((random() - 0.5) * 6 * SECOND);
    const stepBack = index % 50 === 49 ? -60 * SECOND : 0;
    const id = pick(IDS);
    const type = pick(TYPES[aggregate] ?? []);
    return historyEvent(streamName(aggregate, id), type, {
      occurredAt: new Date(START + index * SECOND + jitter + stepBack).toISOString(),
      actor: { kind: actor === 'platform' ? 'platform' : 'user', id: actor },
      correlationId: pick(CORRELATIONS),
      data: DATA[type]?.(id, index) ?? {},
    });
  });
};

export const appendHistory = async (store: EventStore, history: readonly HistoryEvent[]): Promise<void> => {
  for (const { stream, event } of history) await store.append(stream, [event], 'any');
};

export const readLog = async (store: EventStore): Promise<readonly RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const event of store.readAll()) events.push(event);
  return events;
};

/** The log and the history's read model, without a service around them. */
export interface HistoryBase {
  readonly store: EventStore;
  readonly readModels: ProjectionEngine;
  /** Appends, and waits until the read model has it. */
  write(history: readonly HistoryEvent[]): Promise<void>;
  close(): Promise<void>;
}

export const openHistoryBase = async (projection = auditProjection): Promise<HistoryBase> => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-history-'));
  const store = await SqliteEventStore.open({ dataDir: folder });
  const readModels = ProjectionEngine.open({
    path: join(folder, 'read-models.db'),
    store,
    projections: [projection],
  });
  readModels.start();
  return {
    store,
    readModels,
    write: async (history) => {
      await appendHistory(store, history);
      await readModels.waitFor(await store.head(), { timeoutMs: 10_000 });
    },
    close: async () => {
      await readModels.stop();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
