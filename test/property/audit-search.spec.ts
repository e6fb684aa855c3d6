import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BOOKKEEPING_AGGREGATES, splitStreamName } from '../../src/domain/events.js';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { AuditSearch } from '../../src/features/audit/audit-search.js';
import { AuditReader } from '../../src/features/audit/audit-reader.js';
import type { AuditEntry, AuditFilter, AuditOrder } from '../../src/features/audit/index.js';
import { ListAuditEntriesHandler } from '../../src/features/audit/list-audit-entries.handler.js';
import { ListAuditEntries, type AuditMark } from '../../src/features/audit/queries.js';
import { Directory, type DirectoryUser } from '../../src/platform/auth/directory.js';
import {
  ACTORS,
  AGGREGATES,
  CORRELATIONS,
  generateHistory,
  IDS,
  openHistoryBase,
  readLog,
  START,
  type HistoryBase,
} from '../support/history.js';

class KnowsAlice extends Directory {
  user(userId: string): DirectoryUser | undefined {
    if (userId !== 'alice') return undefined;
    return {
      userId,
      username: 'al',
      email: null,
      emailVerified: false,
      firstName: 'Alice',
      lastName: 'Archer',
      realmRoles: [],
      clientRoles: {},
      groups: [],
      backendRoles: [],
      enabled: true,
      source: 'directory',
      updatedAt: '2026-01-01T00:00:00.000Z',
    };
  }
  usersByUsername(): readonly DirectoryUser[] {
    return [];
  }
  usersByVerifiedEmail(): readonly DirectoryUser[] {
    return [];
  }
  knowsRole(): boolean {
    return false;
  }
}

const LENGTH = 400;

/** What the filters mean, event by event. */
const holds = ({ stream, type, metadata }: RecordedEvent, filter: AuditFilter): boolean => {
  const { aggregate, id } = splitStreamName(stream);
  const time = Date.parse(metadata.occurredAt);
  return (
    !BOOKKEEPING_AGGREGATES.includes(aggregate) &&
    (filter.entityType === undefined || filter.entityType === aggregate) &&
    (filter.entityId === undefined || filter.entityId === id) &&
    (filter.actor === undefined || filter.actor === metadata.actor.id) &&
    (filter.eventType === undefined || filter.eventType === type) &&
    (filter.since === undefined || time >= filter.since) &&
    (filter.until === undefined || time < filter.until) &&
    (filter.correlationId === undefined || filter.correlationId === metadata.correlationId)
  );
};

const someTime = fc.integer({ min: -10, max: LENGTH + 10 }).map((seconds) => START + seconds * 1_000);

const filters: fc.Arbitrary<AuditFilter> = fc.record(
  {
    entityType: fc.constantFrom(...AGGREGATES, 'workspace'),
    entityId: fc.constantFrom(...IDS),
    actor: fc.constantFrom(...ACTORS, 'somebody-else'),
    eventType: fc.constantFrom('RolesReplaced', 'PskRevoked', 'UserLeftGroup', 'GroupDeleted'),
    since: someTime,
    until: someTime,
    correlationId: fc.constantFrom(...CORRELATIONS),
  },
  { requiredKeys: [] },
);
const orders = fc.constantFrom<AuditOrder>('desc', 'asc');

const seeded = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

describe('searching the history', () => {
  let base: HistoryBase;
  let log: readonly RecordedEvent[];
  let list: (
    filter: AuditFilter,
    order: AuditOrder,
    limit: number,
    from: AuditMark | null,
  ) => ReturnType<ListAuditEntriesHandler['execute']>;

  const expected = (filter: AuditFilter, order: AuditOrder): readonly bigint[] => {
    const positions = log.filter((event) => holds(event, filter)).map(({ position }) => position);
    return order === 'asc' ? positions : positions.reverse();
  };

  const allPages = async (
    filter: AuditFilter,
    order: AuditOrder,
    limit: number,
    between?: () => Promise<void>,
  ): Promise<readonly AuditEntry[]> => {
    const entries: AuditEntry[] = [];
    let from: AuditMark | null = null;
    do {
      const page = await list(filter, order, limit, from);
      expect(page.items.length).toBeLessThanOrEqual(limit);
      if (page.next !== null) expect(page.items).toHaveLength(limit);
      entries.push(...page.items);
      from = page.next;
      await between?.();
    } while (from !== null);
    return entries;
  };

  beforeAll(async () => {
    base = await openHistoryBase();
    await base.write(generateHistory(LENGTH, seeded(7)));
    log = await readLog(base.store);
    const handler = new ListAuditEntriesHandler(
      new AuditReader(base.readModels, new KnowsAlice()),
      base.readModels,
    );
    list = (...request) => handler.execute(new ListAuditEntries(...request));
  });

  afterAll(() => base.close());

  it('finds what a walk over the log finds, for every combination of filters, in pages of any size', () =>
    fc.assert(
      fc.asyncProperty(filters, orders, fc.integer({ min: 1, max: 60 }), async (filter, order, limit) => {
        const found = await allPages(filter, order, limit);
        expect(found.map(({ position }) => position)).toEqual(expected(filter, order));
      }),
      { numRuns: 300 },
    ));

  it('finds the same when a slice may walk only a few entries', () =>
    fc.assert(
      fc.property(filters, orders, fc.integer({ min: 1, max: 7 }), (filter, order, mostWalked) => {
        const search = new AuditSearch(
          base.readModels,
          filter,
          order,
          Number(log.at(-1)?.position),
          mostWalked,
        );
        const found: bigint[] = [];
        let next: number | null = null;
        do {
          const slice = search.slice(next, 5);
          found.push(...slice.rows.map(({ position }) => BigInt(position)));
          next = slice.next;
        } while (next !== null);
        expect(found).toEqual(expected(filter, order));
      }),
      { numRuns: 200 },
    ));

  it('gives every field of an event, and the name of a person whom the directory knows', async () => {
    for (const entry of await allPages({}, 'asc', 1_000)) {
      const event = log.find(({ position }) => position === entry.position);
      expect(entry).toEqual({
        position: event?.position,
        eventId: event?.id,
        eventType: event?.type,
        schemaVersion: 1,
        occurredAt: event?.metadata.occurredAt,
        entityType: splitStreamName(event?.stream ?? '').aggregate,
        entityId: splitStreamName(event?.stream ?? '').id,
        revision: event?.revision,
        actor: {
          ...event?.metadata.actor,
          name: event?.metadata.actor.id === 'alice' ? 'Alice Archer' : null,
        },
        credential: event?.metadata.credential,
        correlationId: event?.metadata.correlationId,
        causationId: event?.metadata.causationId,
        traceparent: null,
        reason: null,
        data: event?.data,
      });
    }
  });

  it.each<AuditOrder>(['desc', 'asc'])(
    'neither shifts nor repeats a page while others write (%s)',
    async (order) => {
      const before = expected({ actor: 'bob' }, order);
      const random = seeded(11);
      const found = await allPages({ actor: 'bob' }, order, 7, () => base.write(generateHistory(10, random)));
      expect(found.map(({ position }) => position)).toEqual(before);
      log = await readLog(base.store);
      expect(expected({ actor: 'bob' }, order).length).toBeGreaterThan(before.length);
    },
  );

  it('uses the index of the most selective filter, and none to sort', () => {
    const plan = (where: string): string =>
      base.readModels
        .all<{ detail: string }>(
          `EXPLAIN QUERY PLAN SELECT event FROM audit WHERE ${where} ORDER BY position DESC LIMIT 9`,
        )
        .map(({ detail }) => detail)
        .join('; ');
    const range = 'position >= 1 AND position <= 99';
    expect(plan(`actor_id = 'a' AND ${range} AND +event_type = 'b'`)).toMatch(
      /USING INDEX \w+_actor_id \(actor_id=\?/,
    );
    expect(plan(`entity_type = 'a' AND ${range}`)).not.toMatch(/TEMP B-TREE/);
  });
});
