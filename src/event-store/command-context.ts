import { createHash, randomUUID } from 'node:crypto';
import type { Actor, CredentialReference } from './event-metadata.js';

/** What comes with every command beside its own data: who, why, when, and how a repeat is recognised. */
export interface CommandContext {
  /** The time of the command: RFC 3339, UTC, milliseconds, `Z`. */
  readonly now: string;
  readonly actor: Actor;
  readonly credential: CredentialReference;
  readonly correlationId: string;
  readonly causationId: string;
  readonly traceparent?: string;
  readonly reason?: string;
  readonly idempotency?: {
    /** Hex SHA-256 of caller, method, path and key: where the same key means the same request. */
    readonly key: string;
    /** Hex SHA-256 of what was asked; the same key with another one is refused. */
    readonly fingerprint: string;
  };
  /** From `If-Match`: the revision the entity must have; `exists` for `*`. */
  readonly ifMatch?: bigint | 'exists';
}

/** A UUID (version 8, RFC 9562) that is the same for the same parts. */
export const derivedUuid = (...parts: readonly string[]): string => {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/**
 * An id for something new: random, or the same again when the request with this key is repeated. `purpose` tells the ids of
 * one request apart.
 */
export const newId = (context: CommandContext, purpose: string): string =>
  context.idempotency === undefined ? randomUUID() : derivedUuid('id', context.idempotency.key, purpose);
