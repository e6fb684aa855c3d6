import type { ReadModels } from '../../projections/projection.js';
import type { AuditFilter, AuditOrder } from './audit-entry.js';
import type { AuditRow } from './audit-row.js';

/** Index entries one slice walks at most: some milliseconds, so that a rare combination holds up nobody else. */
const MOST_WALKED = 10_000;

/** Filters with an index of their own, the most selective first: the first one given leads, the others only check. */
const COLUMNS = [
  ['correlationId', 'correlation_id'],
  ['entityId', 'entity_id'],
  ['actor', 'actor_id'],
  ['eventType', 'event_type'],
  ['entityType', 'entity_type'],
] as const;

interface Condition {
  readonly sql: string;
  readonly parameter: string | number;
}

/** Some matches in order, and the position after which to go on; `null`: there are no more. */
export interface AuditSlice {
  readonly rows: readonly AuditRow[];
  readonly next: number | null;
}

/** One search, fixed to a state of the log: whatever is written later, it finds the same rows in the same order. */
export class AuditSearch {
  private readonly lead: Condition | undefined;
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
    const [lead, ...others] = COLUMNS.flatMap(([name, column]) => {
      const parameter = filter[name];
      return parameter === undefined ? [] : [{ column, parameter }];
    });
    this.lead = lead && { sql: `${lead.column} = ?`, parameter: lead.parameter };
    // The plus keeps SQLite from taking this column's index instead.
    this.checks = others.map(({ column, parameter }) => ({ sql: `+${column} = ?`, parameter }));
    const { since, until } = filter;
    if (since !== undefined) this.checks = [...this.checks, { sql: 'occurred_at >= ?', parameter: since }];
    if (until !== undefined) this.checks = [...this.checks, { sql: 'occurred_at < ?', parameter: until }];
    this.first = since === undefined ? 0 : this.firstPosition(since);
    this.last = until === undefined ? upTo : Math.min(upTo, this.lastPosition(until));
  }

  /** Up to `limit` matches after a position (`null`: from the start). Fewer may come although more follow. */
  slice(after: number | null, limit: number): AuditSlice {
    const newestFirst = this.order === 'desc';
    const from = newestFirst
      ? Math.min(this.last, (after ?? Infinity) - 1)
      : Math.max(this.first, (after ?? -1) + 1);
    const end = newestFirst ? this.first : this.last;
    const stop = this.checks.length === 0 ? undefined : this.walk(from, end);
    const rows = this.rows(from, stop ?? end, limit);
    const lastRow = rows.length < limit ? undefined : rows.at(-1);
    return { rows, next: lastRow?.position ?? stop ?? null };
  }

  /** Where to stop so that no more than `mostWalked` entries of the leading index are looked at. */
  private walk(from: number, end: number): number | undefined {
    const conditions = [...(this.lead === undefined ? [] : [this.lead]), ...this.range(from, end)];
    return this.readModels.get<{ position: number }>(
      `SELECT position FROM audit WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}
       ORDER BY position ${this.order} LIMIT 1 OFFSET ${this.mostWalked - 1}`,
      ...conditions.map(({ parameter }) => parameter),
    )?.position;
  }

  private rows(from: number, end: number, limit: number): AuditRow[] {
    const conditions = [
      ...(this.lead === undefined ? [] : [this.lead]),
      ...this.range(from, end),
      ...this.checks,
    ];
    return this.readModels.all<AuditRow>(
      `SELECT position, entity_type, entity_id, actor_id, event_type, correlation_id, occurred_at, event
       FROM audit WHERE ${conditions.map(({ sql }) => sql).join(' AND ')} ORDER BY position ${this.order} LIMIT ?`,
      ...conditions.map(({ parameter }) => parameter),
      limit,
    );
  }

  private range(from: number, end: number): readonly Condition[] {
    const [low, high] = this.order === 'desc' ? [end, from] : [from, end];
    return [
      { sql: 'position >= ?', parameter: low },
      { sql: 'position <= ?', parameter: high },
    ];
  }

  /** Events before it occurred before `since`, all of them. */
  private firstPosition(since: number): number {
    const row = this.readModels.get<{ position: number }>(
      'SELECT position FROM audit WHERE latest >= ? ORDER BY latest, position LIMIT 1',
      since,
    );
    return row?.position ?? Number.MAX_SAFE_INTEGER;
  }

  /** Events after it occurred at `until` or later, all of them. */
  private lastPosition(until: number): number {
    const row = this.readModels.get<{ position: number }>(
      `SELECT position FROM audit
       WHERE latest < ? + (SELECT disorder FROM audit ORDER BY position DESC LIMIT 1)
       ORDER BY latest DESC, position DESC LIMIT 1`,
      until,
    );
    return row?.position ?? -1;
  }
}
