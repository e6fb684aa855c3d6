import { Module } from '@nestjs/common';
import { AuditReader } from './audit-reader.js';
import { ExportAuditEntriesHandler } from './export-audit-entries.handler.js';
import { HistoryEnd } from './history-end.js';
import { ListAuditEntriesHandler } from './list-audit-entries.handler.js';

@Module({
  providers: [AuditReader, HistoryEnd, ListAuditEntriesHandler, ExportAuditEntriesHandler],
  exports: [HistoryEnd],
})
export class AuditModule {}
