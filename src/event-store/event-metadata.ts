/** Who caused an event: by id only, never by name. */
export interface Actor {
  readonly kind: 'user' | 'platform' | 'system';
  /** User id; `platform` for the platform key; the name of the process manager for the system. */
  readonly id: string;
}

/** With what the actor proved it: never the secret itself. `null` id: none was involved (the system). */
export interface CredentialReference {
  readonly type: 'jwt' | 'user_psk' | 'platform_psk' | 'none';
  readonly id: string | null;
}

/** Stands beside the data of every event in the log. */
export interface EventMetadata {
  /** When the command was decided: RFC 3339, UTC, milliseconds, `Z`. */
  readonly occurredAt: string;
  readonly schemaVersion: number;
  readonly actor: Actor;
  readonly credential: CredentialReference;
  /** One per business transaction, handed on from request to request. */
  readonly correlationId: string;
  /** The request or the event that led to this one. */
  readonly causationId: string;
  readonly traceparent?: string;
  /** Why, in the caller's words. */
  readonly reason?: string;
  /** Set when the request carried an idempotency key: hash of its scope, and hash of what it asked. */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string };
}
