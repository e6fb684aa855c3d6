import type { DirectoryUser } from '../../platform/auth/directory.js';

/** A user's entry. Times RFC 3339 UTC with milliseconds. */
export interface UserView extends DirectoryUser {
  readonly revision: bigint;
  /** Position of the user's last event. */
  readonly position: bigint;
}

export interface RecordedUser extends UserView {
  /** When the user became known here. */
  readonly recordedAt: string;
}

export interface GroupView {
  readonly groupId: string;
  readonly name: string;
  /** Ids of the users whose `groups` name it, sorted. */
  readonly members: readonly string[];
  readonly revision: bigint;
  readonly position: bigint;
}

/** A user's pre-shared key, without anything that opens a door. */
export interface PskView {
  readonly pskId: string;
  readonly userId: string;
  readonly description: string | null;
  readonly validUntil: string | null;
  /**
   * `active` opens doors now; `overlapping` too, until `overlapUntil`, beside the newer key that replaced it; `replaced`,
   * `expired` and `revoked` don't.
   */
  readonly status: 'active' | 'overlapping' | 'replaced' | 'expired' | 'revoked';
  readonly overlapUntil: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** To the minute; `null`: never, as far as this server knows. */
  readonly lastUsedAt: string | null;
}
