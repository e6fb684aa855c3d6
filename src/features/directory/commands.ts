import { Command } from '@nestjs/cqrs';
import type { TokenEntry, UserEntry } from '../../domain/directory/user.decider.js';
import type { CommandContext } from '../../event-store/command-context.js';
import type { GroupView, PskView, UserView } from './directory.view.js';

/** Where the entity's last event stands after a write, whether or not the write changed anything. */
export interface Written {
  readonly revision: bigint;
  readonly position: bigint;
}

/** A key just made. `psk` is the key itself: it is shown once, to whoever asked, and kept nowhere. */
export interface IssuedPsk extends Written {
  readonly psk: string;
  readonly record: PskView;
}

/** Refused with `user-not-found`, `psk-active`, `valid-until-past`, `valid-until-malformed`. */
export class IssuePsk extends Command<IssuedPsk> {
  constructor(
    readonly userId: string,
    readonly description: string | null,
    /** RFC 3339; `null`: until revoked. */
    readonly validUntil: string | null,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Refused with `psk-not-found`, `overlap-out-of-range`, `valid-until-past`, `valid-until-malformed`. */
export class RegeneratePsk extends Command<IssuedPsk> {
  constructor(
    readonly userId: string,
    readonly request: {
      /** Absent: the old key's stays. */
      readonly description?: string | null;
      readonly validUntil: string | null;
      /** How long the old key goes on beside the new one: 0 (it stops at once) to 86 400. */
      readonly overlapSeconds: number;
    },
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Revokes every key of the user that still opens something. Refused with `psk-not-found` when there is none. */
export class RevokePsk extends Command<Written> {
  constructor(
    readonly userId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Refused with `psk-not-found` when unknown or revoked before. */
export class RevokePskById extends Command<Written> {
  constructor(
    readonly pskId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** An administrator's whole replacement of an entry. Refused with `unknown-group` (details: `groups`). */
export class RecordUser extends Command<Written & { readonly user: UserView; readonly created: boolean }> {
  constructor(
    readonly userId: string,
    readonly entry: UserEntry,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** What a verified token says of its user; see {@link TokenEntry} for what it leaves as it is. */
export class RecordTokenUser extends Command<Written> {
  constructor(
    readonly userId: string,
    readonly entry: TokenEntry,
    readonly context: CommandContext,
  ) {
    super();
  }
}

export class RecordGroup extends Command<Written & { readonly group: GroupView; readonly created: boolean }> {
  constructor(
    readonly groupId: string,
    readonly name: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Takes the group out of its members too. Refused with `group-not-found`. */
export class DeleteGroup extends Command<Written> {
  constructor(
    readonly groupId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** The identity provider's word that a session, or all of a user's, is over. Refused with `logout-token-replayed`. */
export class EndSession extends Command<Written> {
  constructor(
    readonly logout: {
      readonly logoutTokenId: string;
      readonly sessionId: string | null;
      readonly userId: string | null;
      readonly endedAt: string;
    },
    readonly context: CommandContext,
  ) {
    super();
  }
}
