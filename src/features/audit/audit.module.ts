import { Module } from '@nestjs/common';
import { AuditReader } from './audit-reader.js';
import { ExportAuditEntriesHandler } from './export-audit-entries.handler.js';
import { ListAuditEntriesHandler } from './list-audit-entries.handler.js';

@Module({ providers: [AuditReader, ListAuditEntriesHandler, ExportAuditEntriesHandler] })
export class AuditModule {}
