import { Readable } from 'node:stream';
import type { AuditEntry } from '../../features/audit/index.js';
import { csvRecord } from './csv.js';
import { toAuditResponse } from './dto/audit.dto.js';

const COLUMNS: Readonly<Record<string, (entry: AuditEntry) => string | null>> = {
  position: ({ position }) => position.toString(),
  occurredAt: ({ occurredAt }) => occurredAt,
  eventType: ({ eventType }) => eventType,
  entityType: ({ entityType }) => entityType,
  entityId: ({ entityId }) => entityId,
  revision: ({ revision }) => revision.toString(),
  actorKind: ({ actor }) => actor.kind,
  actorId: ({ actor }) => actor.id,
  actorName: ({ actor }) => actor.name,
  credentialType: ({ credential }) => credential.type,
  credentialId: ({ credential }) => credential.id,
  correlationId: ({ correlationId }) => correlationId,
  causationId: ({ causationId }) => causationId,
  reason: ({ reason }) => reason,
  data: ({ data }) => JSON.stringify(data),
};

const cells = Object.values(COLUMNS);

/** Per media type, the text before the first entry and that of one entry. */
const FORMATS = {
  'application/x-ndjson': {
    head: '',
    record: (entry: AuditEntry): string => `${JSON.stringify(toAuditResponse(entry))}\n`,
  },
  'text/csv': {
    head: csvRecord(Object.keys(COLUMNS)),
    record: (entry: AuditEntry): string => csvRecord(cells.map((of) => of(entry))),
  },
} as const;

export type ExportType = keyof typeof FORMATS;

export const EXPORT_TYPES = Object.keys(FORMATS) as readonly ExportType[];

async function* texts(
  slices: AsyncIterable<readonly AuditEntry[]>,
  type: ExportType,
): AsyncGenerator<string, void> {
  const { head, record } = FORMATS[type];
  if (head !== '') yield head;
  for await (const entries of slices) yield entries.map(record).join('');
}

/**
 * A whole result as text. The next slice is read when the last one has gone out, so a slow reader costs one slice of
 * memory; when he goes away the stream is destroyed and nothing more is read.
 */
export const exportStream = (slices: AsyncIterable<readonly AuditEntry[]>, type: ExportType): Readable =>
  Readable.from(texts(slices, type), { highWaterMark: 1 });
