import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BOOKKEEPING_AGGREGATES, splitStreamName } from '../../src/domain/events.js';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { AuditSearch } from '../../src/features/audit/audit-search.js';
import { AuditReader } from '../../src/features/audit/audit-reader.js';
import { auditProjectionWith } from '../../src/features/audit/audit.projection.js';
import type { AuditEntry, AuditFilter, AuditOrder } from '../../src/features/audit/index.js';
import { ListAuditEntriesHandler } from '../../src/features/audit/list-audit-entries.handler.js';
import { ListAuditEntries, type AuditMark } from '../../src/features/audit/queries.js';
import type { ReadModels } from '../../src/projections/projection.js';
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

/** Columns of the filters, the most selective first. */
const LEADING = {
  correlationId: 'correlation_id',
  entityId: 'entity_id',
  actor: 'actor_id',
  eventType: 'event_type',
  entityType: 'entity_type',
};

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
/** So few that entries are written several times, to more than one section, and that some rows at the end have none. */
const WRITING = { mostWaiting: 42, turnsPerSection: 2 };

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

const seeded = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

const HISTORY = generateHistory(LENGTH, seeded(7));

const someTime = fc.oneof(
  fc.integer({ min: -10, max: LENGTH + 10 }).map((seconds) => START + seconds * 1_000),
  // To the millisecond: whether a bound counts as inside shows only there.
  fc
    .tuple(fc.constantFrom(...HISTORY), fc.integer({ min: -1, max: 1 }))
    .map(([{ event }, apart]) => Date.parse(event.metadata.occurredAt) + apart),
);

const anyFilters: fc.Arbitrary<AuditFilter> = fc.record(
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
/** Which hold for one event at least. */
const fittingFilters: fc.Arbitrary<AuditFilter> = fc
  .constantFrom(...HISTORY)
  .chain(({ stream, event: { type, metadata } }) => {
    const { aggregate, id } = splitStreamName(stream);
    const time = Date.parse(metadata.occurredAt);
    return fc.record(
      {
        entityType: fc.constant(aggregate),
        entityId: fc.constant(id),
        actor: fc.constant(metadata.actor.id),
        eventType: fc.constant(type),
        since: fc.constant(time),
        until: fc.constant(time + 1),
        correlationId: fc.constant(metadata.correlationId),
      },
      { requiredKeys: [] },
    );
  });
const filters = fc.oneof(anyFilters, fittingFilters);
const orders = fc.constantFrom<AuditOrder>('desc', 'asc');

/** Where the entries end, and where the rows do. */
const border = ({
  readModels,
}: HistoryBase): { readonly indexed: number; readonly newest: number } | undefined =>
  readModels.get(
    'SELECT max(last_position) AS indexed, (SELECT max(position) FROM audit) AS newest FROM audit_sections',
  );

describe('searching the history', () => {
  let base: HistoryBase;
  let log: readonly RecordedEvent[];
  let list: (
    filter: AuditFilter,
    order: AuditOrder,
    limit: number,
    from: AuditMark | null,
  ) => ReturnType<ListAuditEntriesHandler['execute']>;

  const expected = (filter: AuditFilter, order: AuditOrder, events = log): readonly bigint[] => {
    const positions = events.filter((event) => holds(event, filter)).map(({ position }) => position);
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
    base = await openHistoryBase(auditProjectionWith(WRITING));
    await base.write(HISTORY);
    log = await readLog(base.store);
    const handler = new ListAuditEntriesHandler(
      new AuditReader(base.readModels, new KnowsAlice()),
      base.readModels,
    );
    list = (...request) => handler.execute(new ListAuditEntries(...request));
  });

  afterAll(() => base.close());

  it('goes over rows with entries, written in several turns, and over some without', () => {
    const { indexed, newest } = border(base) ?? { indexed: 0, newest: 0 };
    expect(indexed).toBeGreaterThan(6 * WRITING.mostWaiting);
    expect(newest - indexed).toBeGreaterThan(20);
  });

  it('finds what a walk over the log finds, for every combination of filters, in pages of any size', () =>
    fc.assert(
      fc.asyncProperty(filters, orders, fc.integer({ min: 1, max: 60 }), async (filter, order, limit) => {
        const found = await allPages(filter, order, limit);
        expect(found.map(({ position }) => position)).toEqual(expected(filter, order));
      }),
      { numRuns: 300 },
    ));

  it.each<AuditOrder>(['desc', 'asc'])(
    'finds every row once, with entries and without, by each of its columns alone (%s)',
    async (order) => {
      const alone: readonly AuditFilter[] = [
        ...AGGREGATES.map((entityType) => ({ entityType })),
        ...IDS.map((entityId) => ({ entityId })),
        ...ACTORS.map((actor) => ({ actor })),
        ...[...new Set(log.map(({ type }) => type))].map((eventType) => ({ eventType })),
        ...CORRELATIONS.map((correlationId) => ({ correlationId })),
      ];
      for (const filter of alone) {
        const { items } = await list(filter, order, LENGTH, null);
        expect(items.map(({ position }) => position)).toEqual(expected(filter, order));
      }
    },
  );

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
          expect(slice.rows.length).toBeLessThanOrEqual(5);
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
      const borderBefore = border(base)?.indexed;
      const random = seeded(11);
      const found = await allPages({ actor: 'bob' }, order, 7, () => base.write(generateHistory(10, random)));
      expect(found.map(({ position }) => position)).toEqual(before);
      log = await readLog(base.store);
      expect(expected({ actor: 'bob' }, order).length).toBeGreaterThan(before.length);
      expect(border(base)?.indexed).toBeGreaterThan(borderBefore ?? Infinity);
    },
  );

  it('finds the same whenever entries are written between its slices', () =>
    fc.assert(
      fc.asyncProperty(
        filters,
        orders,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(8), { minLength: 1 }),
        async (filter, order, mostWaiting, limit, writes) => {
          const busy = await openHistoryBase(auditProjectionWith({ mostWaiting, turnsPerSection: 2 }));
          await busy.write(HISTORY.slice(0, 40));
          const before = await readLog(busy.store);
          const search = new AuditSearch(busy.readModels, filter, order, Number(before.at(-1)?.position));
          const found: bigint[] = [];
          let next: number | null = null;
          for (let turn = 0; turn === 0 || next !== null; turn++) {
            const slice = search.slice(next, limit);
            found.push(...slice.rows.map(({ position }) => BigInt(position)));
            expect(slice.rows.length).toBeLessThanOrEqual(limit);
            if (slice.next !== null) expect(slice.rows).toHaveLength(limit);
            next = slice.next;
            const more = writes[turn % writes.length] ?? 0;
            if (more > 0) await busy.write(generateHistory(more, seeded(turn)));
          }
          expect(found).toEqual(expected(filter, order, before));
          await busy.close();
        },
      ),
      { numRuns: 30 },
    ));

  it('walks the entries of the most selective filter, and sorts nothing', () => {
    const asked: string[] = [];
    const watched = Object.create(base.readModels) as ReadModels;
    watched.all = (sql, ...parameters) => {
      asked.push(sql);
      return base.readModels.all(sql, ...parameters);
    };
    watched.get = (sql, ...parameters) => {
      asked.push(sql);
      return base.readModels.get(sql, ...parameters);
    };
    const plansOf = (filter: AuditFilter, order: AuditOrder): readonly string[] => {
      asked.length = 0;
      new AuditSearch(watched, filter, order, 1_000).slice(null, 1_000);
      return asked.map((sql) =>
        base.readModels
          .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
          .map(({ detail }) => detail)
          .join('; '),
      );
    };
    const everyFilter = {
      entityType: 'user',
      entityId: '1',
      actor: 'bob',
      eventType: 'PskIssued',
      correlationId: 'c-1',
    };
    const times = { since: START, until: START + LENGTH * 1_000 };
    for (const order of ['desc', 'asc'] as const) {
      for (let given = 0; given < 64; given++) {
        const columns = Object.entries(everyFilter).filter((_, index) => (given >> index) % 2 === 1);
        const filter: AuditFilter = { ...Object.fromEntries(columns), ...(given >= 32 && times) };
        const plans = plansOf(filter, order);
        expect(plans.join('\n')).not.toMatch(/TEMP B-TREE|SCAN audit_(by|v)/);
        const leading = Object.entries(LEADING).find(([name]) => name in filter)?.[1];
        if (leading !== undefined) {
          expect(plans).toContainEqual(
            expect.stringMatching(
              new RegExp(
                `^SCAN audit_sections_v1; SEARCH audit_by_${leading}_v1 USING PRIMARY KEY \\(section=\\? AND value=\\? AND position>\\? AND position<\\?\\); SEARCH audit_v1 USING INTEGER PRIMARY KEY \\(rowid=\\?\\)$`,
              ),
            ),
          );
        }
      }
    }
  });
});
