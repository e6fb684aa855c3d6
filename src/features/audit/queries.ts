import { Query } from '@nestjs/cqrs';
import type { AuditEntry, AuditFilter, AuditOrder } from './audit-entry.js';

/** Both are log positions: the last entry that was handed out, and the end that the first page fixed. */
export interface AuditMark {
  readonly after: bigint;
  readonly upTo: bigint;
}

export interface AuditPage {
  readonly items: readonly AuditEntry[];
  /** `null`: that was the last page. */
  readonly next: AuditMark | null;
}

/**
 * A page of the history as it stood when the first page was asked for, so that pages neither shift nor repeat while
 * others write. Fails with `ReadModelBehind` on a replica that has not come as far as the first page's.
 */
export class ListAuditEntries extends Query<AuditPage> {
  constructor(
    readonly filter: AuditFilter,
    readonly order: AuditOrder,
    /** At least 1. */
    readonly limit: number,
    /** `null`: the first page. */
    readonly from: AuditMark | null,
  ) {
    super();
  }
}

/** All matching entries as they stand now, in slices; read as they are taken, and no further when nobody takes them. */
export class ExportAuditEntries extends Query<AsyncIterable<readonly AuditEntry[]>> {
  constructor(
    readonly filter: AuditFilter,
    readonly order: AuditOrder,
  ) {
    super();
  }
}
