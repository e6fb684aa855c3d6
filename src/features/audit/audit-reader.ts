import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { splitStreamName } from '../../domain/events.js';
import { Directory } from '../../platform/auth/directory.js';
import { ReadModels } from '../../projections/projection.js';
import type { AuditEntry, AuditFilter, AuditOrder } from './audit-entry.js';
import { eventOf, type AuditRow } from './audit-row.js';
import { AuditSearch } from './audit-search.js';

/** Entries handed over together: enough to be quick, and little enough to keep in memory and to wait for. */
const SLICE = 250;

/** Reads the history in slices and lets others have their turn between them. */
@Injectable()
export class AuditReader {
  constructor(
    private readonly readModels: ReadModels,
    private readonly directory: Directory,
  ) {}

  /** Position of the newest entry, -1 when there is none: the consistent end of a search that starts now. */
  newest(): bigint {
    const row = this.readModels.get<{ newest: number | null }>('SELECT max(position) AS newest FROM audit');
    return BigInt(row?.newest ?? -1);
  }

  /** Entries up to `upTo`, in order, beginning after `after`; read only as fast as they are taken. */
  async *entries(
    filter: AuditFilter,
    order: AuditOrder,
    { after, upTo }: { readonly after: bigint | null; readonly upTo: bigint },
    most = Infinity,
  ): AsyncGenerator<readonly AuditEntry[], void> {
    const search = new AuditSearch(this.readModels, filter, order, Number(upTo));
    let next = after === null ? null : Number(after);
    let left = most;
    do {
      const slice = search.slice(next, Math.min(SLICE, left));
      if (slice.rows.length > 0) yield this.withNames(slice.rows);
      left -= slice.rows.length;
      next = slice.next;
      if (next !== null && left > 0) await setImmediate();
    } while (next !== null && left > 0);
  }

  private withNames(rows: readonly AuditRow[]): readonly AuditEntry[] {
    const names = new Map<string, string | null>();
    return rows.map((row) => {
      const { id, type, stream, revision, position, data, metadata } = eventOf(row);
      const { aggregate, id: entityId } = splitStreamName(stream);
      const { actor, traceparent = null, reason = null } = metadata;
      let name = names.get(actor.id);
      if (name === undefined) {
        name = this.nameOf(actor.id);
        names.set(actor.id, name);
      }
      return {
        position,
        eventId: id,
        eventType: type,
        schemaVersion: metadata.schemaVersion,
        occurredAt: metadata.occurredAt,
        entityType: aggregate,
        entityId,
        revision,
        actor: { kind: actor.kind, id: actor.id, name: actor.kind === 'user' ? name : null },
        credential: metadata.credential,
        correlationId: metadata.correlationId,
        causationId: metadata.causationId,
        traceparent,
        reason,
        data,
      };
    });
  }

  private nameOf(userId: string): string | null {
    const user = this.directory.user(userId);
    if (user === undefined) return null;
    const fullName = [user.firstName, user.lastName].filter((part) => part !== null && part !== '').join(' ');
    return fullName === '' ? user.username : fullName;
  }
}
