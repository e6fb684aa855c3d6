import type { Actor, CredentialReference } from '../../event-store/event-metadata.js';
import type { EventData } from '../../event-store/event-store.js';

/** One event of the history. Times RFC 3339 UTC with milliseconds. */
export interface AuditEntry {
  readonly position: bigint;
  readonly eventId: string;
  readonly eventType: string;
  readonly schemaVersion: number;
  readonly occurredAt: string;
  /** The aggregate: `deployment`, `user` … */
  readonly entityType: string;
  readonly entityId: string;
  readonly revision: bigint;
  /** `name` as the directory knows the person now: full name, else username; `null` when it knows none. */
  readonly actor: Actor & { readonly name: string | null };
  readonly credential: CredentialReference;
  readonly correlationId: string;
  readonly causationId: string;
  readonly traceparent: string | null;
  readonly reason: string | null;
  readonly data: EventData;
}

/** All that are given must hold. */
export interface AuditFilter {
  readonly entityType?: string;
  readonly entityId?: string;
  /** The actor's id. */
  readonly actor?: string;
  readonly eventType?: string;
  /** Epoch milliseconds, inclusive. */
  readonly since?: number;
  /** Epoch milliseconds, exclusive. */
  readonly until?: number;
  readonly correlationId?: string;
}

/** Of log positions: newest first, or oldest first. */
export type AuditOrder = 'desc' | 'asc';
