export { auditProjection } from './audit.projection.js';
export * from './queries.js';
export type { AuditEntry, AuditFilter, AuditOrder } from './audit-entry.js';
