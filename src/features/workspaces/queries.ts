import { Query } from '@nestjs/cqrs';
import type { Caller } from '../../domain/shared/caller.js';
import type { MemberProfile, MemberView, WorkspaceView } from './workspace.view.js';

/** Those that the caller may see, by number; with `memberIds` only those in which one of these people is a member. */
export class ListVisibleWorkspaces extends Query<readonly WorkspaceView[]> {
  constructor(
    readonly memberIds: readonly string[] | null,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** The oldest membership first. Refused with `workspace-not-found` also when the caller may not see it. */
export class ListMembers extends Query<readonly MemberView[]> {
  constructor(
    readonly workspaceId: number,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Refused with `workspace-not-found` also when the caller may not see it. */
export class GetWorkspace extends Query<WorkspaceView> {
  constructor(
    readonly workspaceId: number,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Both are log positions: the last item handed out, and the end that the first page fixed. */
export interface PageMark {
  readonly after: bigint;
  readonly upTo: bigint;
}

export interface PageRequest {
  /** At least 1. */
  readonly limit: number;
  /** `null`: the first page. */
  readonly from: PageMark | null;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** `null`: that was the last page. */
  readonly next: PageMark | null;
}

/** A page of those that the caller may see, in the order in which they were made. */
export class ListWorkspaces extends Query<Page<WorkspaceView>> {
  constructor(
    readonly filter: { readonly archived?: boolean; readonly name?: string },
    readonly page: PageRequest,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** A page of members with their names, the oldest membership first. Refused as {@link ListMembers} is. */
export class ListMemberProfiles extends Query<Page<MemberProfile>> {
  constructor(
    readonly workspaceId: number,
    readonly page: PageRequest,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Ids of the people that the caller may know of: who shares a workspace with him, and himself; `null`: everybody. */
export class ListColleagueIds extends Query<readonly string[] | null> {
  constructor(readonly caller: Caller) {
    super();
  }
}
