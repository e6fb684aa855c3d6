import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { AuditEntry } from './audit-entry.js';
import { AuditReader } from './audit-reader.js';
import { ExportAuditEntries } from './queries.js';

@QueryHandler(ExportAuditEntries)
export class ExportAuditEntriesHandler implements IQueryHandler<ExportAuditEntries> {
  constructor(private readonly reader: AuditReader) {}

  execute({ filter, order }: ExportAuditEntries): Promise<AsyncIterable<readonly AuditEntry[]>> {
    return Promise.resolve(this.reader.entries(filter, order, { after: null, upTo: this.reader.newest() }));
  }
}
