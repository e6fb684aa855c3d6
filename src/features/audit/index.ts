export { auditProjection } from './audit.projection.js';
export * from './queries.js';
export type { AuditEntry, AuditFilter, AuditOrder } from './audit-entry.js';
export { AuditModule } from './audit.module.js';
export { HistoryEnd } from './history-end.js';
