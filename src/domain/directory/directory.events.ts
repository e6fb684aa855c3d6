import type { DomainEvent } from '../shared/decider.js';

/** What the directory knows of a person's name; stands in events only inside `personal`. */
export interface PersonNames {
  readonly username: string;
  /** As given; compared lower-cased. */
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
}

export type UserRecorded = DomainEvent<
  'UserRecorded',
  {
    readonly userId: string;
    readonly realmRoles: readonly string[];
    /** Roles per client id, as the identity provider lists them. */
    readonly clientRoles: { readonly [clientId: string]: readonly string[] };
    readonly groups: readonly string[];
    readonly backendRoles: readonly string[];
    readonly emailVerified: boolean;
    readonly enabled: boolean;
    /** Put there by an administrator, or seen in a verified token. */
    readonly source: 'directory' | 'token';
    /** When the source said so (a token: when it was issued): what is older never replaces what is newer. */
    readonly statedAt: string;
    readonly personal: { readonly [userId: string]: PersonNames };
  }
>;

export type UserLeftGroup = DomainEvent<
  'UserLeftGroup',
  { readonly userId: string; readonly groupId: string }
>;

export type UserEvent = UserRecorded | UserLeftGroup;

export type GroupRecorded = DomainEvent<'GroupRecorded', { readonly groupId: string; readonly name: string }>;
export type GroupDeleted = DomainEvent<'GroupDeleted', { readonly groupId: string; readonly name: string }>;
export type GroupEvent = GroupRecorded | GroupDeleted;

/** What identifies one pre-shared key without being able to use it. */
export interface PskRecord {
  readonly pskId: string;
  readonly userId: string;
  /** The 12 public characters inside the key, by which it is looked up. */
  readonly publicId: string;
  /** Hex HMAC-SHA-256 of the whole key under the server's pepper. */
  readonly digest: string;
  readonly description: string | null;
  readonly validUntil: string | null;
}

/** Stream `psk-<userId>`: all keys of one user, so that "at most one active" needs no reservation. */
export type PskIssued = DomainEvent<'PskIssued', PskRecord>;
/** The old key keeps working until `overlapUntil`; `null`: it stopped at once. */
export type PskRegenerated = DomainEvent<
  'PskRegenerated',
  PskRecord & { readonly replacedPskId: string; readonly overlapUntil: string | null }
>;
export type PskRevoked = DomainEvent<'PskRevoked', { readonly pskId: string; readonly userId: string }>;
export type PskEvent = PskIssued | PskRegenerated | PskRevoked;

/**
 * The identity provider ended a session, or with `sessionId` null all of a user's: tokens of it that were issued up to
 * `endedAt` are refused. Stream `session-<hash of the logout token's id>`, so that each logout token is taken once.
 */
export type SessionEnded = DomainEvent<
  'SessionEnded',
  {
    readonly sessionId: string | null;
    readonly userId: string | null;
    readonly endedAt: string;
    /** The logout token's own id; each is taken once. */
    readonly logoutTokenId: string;
  }
>;

export type DirectoryEvent = UserEvent | GroupEvent | PskEvent | SessionEnded;

export const directoryEventVersions = {
  UserRecorded: 1,
  UserLeftGroup: 1,
  GroupRecorded: 1,
  GroupDeleted: 1,
  PskIssued: 1,
  PskRegenerated: 1,
  PskRevoked: 1,
  SessionEnded: 1,
} as const satisfies Record<DirectoryEvent['type'], number>;
