import type { ReadModels } from '../../projections/projection.js';
import type { AuditFilter, AuditOrder } from './audit-entry.js';
import { entriesOf, FILTERS } from './audit-filters.js';
import type { AuditRow } from './audit-row.js';
import { firstPositionAt, lastPositionBefore } from './audit-times.js';
import { lastIndexed } from './entries.tables.js';

/** Entries one slice walks at most: some milliseconds, so that a rare combination holds up nobody else. */
const MOST_WALKED = 10_000;

const LAST_INDEXED = lastIndexed({ audit_sections: 'audit_sections' });

interface Condition {
  readonly sql: string;
  readonly parameter: string | number;
}

/** Positions from `low` to `high`, and how their rows are found. */
interface Stretch {
  readonly low: number;
  readonly high: number;
  /** The filter whose entries are walked; without it the rows are. */
  readonly lead?: { readonly entries: string; readonly value: string };
  /** Row by row. */
  readonly checks: readonly Condition[];
  /** So few rows that one slice may walk them all. */
  readonly short: boolean;
}

/** Some matches in order, and the position after which to go on; `null`: there are no more. */
export interface AuditSlice {
  readonly rows: readonly AuditRow[];
  readonly next: number | null;
}

/** One search, fixed to a state of the log: whatever is written later, it finds the same rows in the same order. */
export class AuditSearch {
  /** The most selective filter on a column that is given; the others only check. */
  private readonly lead:
    { readonly entries: string; readonly value: string; readonly check: Condition } | undefined;
  private readonly checks: readonly Condition[];
  private readonly first: number;
  private readonly last: number;

  constructor(
    private readonly readModels: ReadModels,
    filter: AuditFilter,
    private readonly order: AuditOrder,
    /** Nothing after this position belongs to it. */
    upTo: number,
    private readonly mostWalked = MOST_WALKED,
  ) {
    const [lead, ...others] = FILTERS.flatMap(([name, column]) => {
      const value = filter[name];
      if (value === undefined) return [];
      return [{ entries: entriesOf(column), value, check: { sql: `${column} = ?`, parameter: value } }];
    });
    this.lead = lead;
    this.checks = others.map(({ check }) => check);
    const { since, until } = filter;
    if (since !== undefined) this.checks = [...this.checks, { sql: 'occurred_at >= ?', parameter: since }];
    if (until !== undefined) this.checks = [...this.checks, { sql: 'occurred_at < ?', parameter: until }];
    this.first = since === undefined ? 0 : firstPositionAt(readModels, since, upTo);
    this.last = until === undefined ? upTo : lastPositionBefore(readModels, until, upTo);
  }

  /** Up to `limit` matches after a position (`null`: from the start). Fewer may come although more follow. */
  slice(after: number | null, limit: number): AuditSlice {
    const rows: AuditRow[] = [];
    for (const stretch of this.stretches(after)) {
      const stop = stretch.short || stretch.checks.length === 0 ? undefined : this.walk(stretch);
      rows.push(...this.rows(stretch, stop, limit - rows.length));
      const next = rows.length < limit ? stop : rows.at(-1)?.position;
      if (next !== undefined) return { rows, next };
    }
    return { rows, next: null };
  }

  /** What follows on a position, in order. The border between rows with entries and without moves as they are written. */
  private stretches(after: number | null): readonly Stretch[] {
    const { lead, checks, order } = this;
    const low = order === 'desc' ? this.first : Math.max(this.first, (after ?? -1) + 1);
    const high = order === 'desc' ? Math.min(this.last, (after ?? Infinity) - 1) : this.last;
    if (lead === undefined) return [{ low, high, checks, short: false }];
    const indexed: Stretch = { low, high, lead, checks, short: false };
    const waiting: Stretch = {
      low: Math.max(low, this.lastIndexed() + 1),
      high,
      checks: [lead.check, ...checks],
      short: true,
    };
    return order === 'desc' ? [waiting, indexed] : [indexed, waiting];
  }

  /** The last position whose row has its entries. */
  private lastIndexed(): number {
    const found = this.readModels.get<{ position: number }>(`SELECT ${LAST_INDEXED} AS position`);
    return found!.position;
  }

  /** Where to stop so that no more than `mostWalked` are looked at. */
  private walk(stretch: Stretch): number | undefined {
    const { lead } = stretch;
    const conditions = walkedBy(stretch);
    return this.readModels.get<{ position: number }>(
      `SELECT position FROM ${lead === undefined ? 'audit' : inSections(lead.entries)} WHERE ${allOf(conditions)}
       ORDER BY ${this.sorting(stretch)} LIMIT 1 OFFSET ${this.mostWalked - 1}`,
      ...conditions.map(({ parameter }) => parameter),
    )?.position;
  }

  private rows(stretch: Stretch, stop: number | undefined, limit: number): AuditRow[] {
    const { lead, checks } = stretch;
    const end = stop === undefined ? {} : this.order === 'desc' ? { low: stop } : { high: stop };
    const conditions = [...walkedBy({ ...stretch, ...end }), ...checks];
    const source =
      lead === undefined ? 'audit' : `${inSections(lead.entries)} CROSS JOIN audit USING (position)`;
    return this.readModels.all<AuditRow>(
      `SELECT position, entity_type, entity_id, actor_id, event_type, correlation_id, occurred_at, event
       FROM ${source} WHERE ${allOf(conditions)} ORDER BY ${this.sorting(stretch)} LIMIT ?`,
      ...conditions.map(({ parameter }) => parameter),
      limit,
    );
  }

  /** Sections follow each other in the log. */
  private sorting({ lead }: Stretch): string {
    return `${lead === undefined ? '' : `section ${this.order}, `}position ${this.order}`;
  }
}

/** CROSS JOIN keeps the order: SQLite takes one section after the other, and looks up rows by their entries. */
const inSections = (entries: string): string => `audit_sections CROSS JOIN ${entries} USING (section)`;

const walkedBy = ({ lead, low, high }: Stretch): readonly Condition[] => [
  ...(lead === undefined ? [] : [{ sql: 'value = ?', parameter: lead.value }]),
  { sql: 'position >= ?', parameter: low },
  { sql: 'position <= ?', parameter: high },
];

const allOf = (conditions: readonly Condition[]): string => conditions.map(({ sql }) => sql).join(' AND ');
