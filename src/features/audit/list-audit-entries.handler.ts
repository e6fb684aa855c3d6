import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { ReadModels } from '../../projections/projection.js';
import type { AuditEntry } from './audit-entry.js';
import { auditProjection } from './audit.projection.js';
import { AuditReader } from './audit-reader.js';
import { ListAuditEntries, type AuditPage } from './queries.js';

const MOST_WAIT_MS = 5_000;

@QueryHandler(ListAuditEntries)
export class ListAuditEntriesHandler implements IQueryHandler<ListAuditEntries> {
  constructor(
    private readonly reader: AuditReader,
    private readonly readModels: ReadModels,
  ) {}

  async execute({ filter, order, limit, from }: ListAuditEntries): Promise<AuditPage> {
    // The first page may have come from a replica that is ahead of this one.
    if (from !== null) {
      await this.readModels.waitFor(from.upTo, {
        timeoutMs: MOST_WAIT_MS,
        projections: [auditProjection.name],
      });
    }
    const mark = from ?? { after: null, upTo: this.reader.newest() };
    const found: AuditEntry[] = [];
    for await (const entries of this.reader.entries(filter, order, mark, limit + 1)) found.push(...entries);
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    return { items, next: last === undefined ? null : { after: last.position, upTo: mark.upTo } };
  }
}
