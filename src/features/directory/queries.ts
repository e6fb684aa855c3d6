import { Query } from '@nestjs/cqrs';
import type { GroupView, PskView, RecordedUser, UserView } from './directory.view.js';

/**
 * Lists run in the order in which entries were made. A page goes on after the last entry of the one before; `upTo` from
 * the first page keeps out what was made meanwhile, so that pages neither shift nor repeat.
 */
export interface PageRequest {
  /** At least 1. */
  readonly limit: number;
  /** `null`: the first page. */
  readonly from: PageMark | null;
}

/** Both are log positions. */
export interface PageMark {
  readonly after: bigint;
  readonly upTo: bigint;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** `null`: that was the last page. */
  readonly next: PageMark | null;
}

/** Refused with `user-not-found`. */
export class GetUser extends Query<UserView> {
  constructor(readonly userId: string) {
    super();
  }
}

export class ListUsers extends Query<Page<UserView>> {
  constructor(
    /** Part of the id, the username, the e-mail address or a name, without case; `null`: everybody. */
    readonly search: string | null,
    readonly page: PageRequest,
  ) {
    super();
  }
}

/** Those of these ids that are known, or everybody, in the order in which they became known. */
export class FindUsers extends Query<readonly RecordedUser[]> {
  constructor(
    /** `null`: everybody. */
    readonly userIds: readonly string[] | null,
  ) {
    super();
  }
}

/** Refused with `group-not-found`. */
export class GetGroup extends Query<GroupView> {
  constructor(readonly groupId: string) {
    super();
  }
}

export class ListGroups extends Query<Page<GroupView>> {
  constructor(readonly page: PageRequest) {
    super();
  }
}

/** The key that stands for the user, expired or not. Refused with `psk-not-found` when there is none or it was revoked. */
export class GetPskOfUser extends Query<PskView> {
  constructor(readonly userId: string) {
    super();
  }
}

/** Keys of everybody, or of one user, revoked ones included. */
export class ListPsks extends Query<Page<PskView>> {
  constructor(
    readonly userId: string | null,
    readonly page: PageRequest,
  ) {
    super();
  }
}
