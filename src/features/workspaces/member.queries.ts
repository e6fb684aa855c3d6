import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { governsAll } from '../../domain/workspace/access.js';
import type { UserType } from '../../domain/workspace/workspace.events.js';
import { Directory } from '../../platform/auth/directory.js';
import { ReadModels } from '../../projections/projection.js';
import { pageOf } from './paging.js';
import { ListColleagueIds, ListMemberProfiles, ListMembers, type Page } from './queries.js';
import type { MemberProfile, MemberView } from './workspace.view.js';
import { WorkspaceReader } from './workspace-reader.js';
import { workspacesProjection } from './workspaces.projection.js';

interface MemberRow {
  readonly user_id: string;
  readonly user_type: UserType;
  readonly joined_at_position: number;
}

@QueryHandler(ListMembers)
export class ListMembersHandler implements IQueryHandler<ListMembers> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly reader: WorkspaceReader,
  ) {}

  async execute({ workspaceId, caller }: ListMembers): Promise<readonly MemberView[]> {
    this.reader.get(workspaceId, caller);
    return this.readModels
      .all<MemberRow>(
        'SELECT * FROM workspace_members WHERE workspace_id = ? ORDER BY joined_at_position',
        workspaceId,
      )
      .map(({ user_id: userId, user_type: userType }) => ({ userId, userType }));
  }
}

@QueryHandler(ListMemberProfiles)
export class ListMemberProfilesHandler implements IQueryHandler<ListMemberProfiles> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly reader: WorkspaceReader,
    private readonly directory: Directory,
  ) {}

  async execute({ workspaceId, page, caller }: ListMemberProfiles): Promise<Page<MemberProfile>> {
    this.reader.get(workspaceId, caller);
    const { after, upTo, limit } = pageOf(page, this.readModels.positionOf(workspacesProjection.name));
    const rows = this.readModels.all<MemberRow>(
      `SELECT * FROM workspace_members
       WHERE workspace_id = ? AND joined_at_position > ? AND joined_at_position <= ?
       ORDER BY joined_at_position LIMIT ?`,
      workspaceId,
      after,
      Number(upTo),
      limit + 1,
    );
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: shown.map((row) => this.profile(row)),
      next: last === undefined ? null : { after: BigInt(last.joined_at_position), upTo },
    };
  }

  /** Names as the directory has them now. */
  private profile({ user_id: userId, user_type: userType }: MemberRow): MemberProfile {
    const {
      username = null,
      email = null,
      firstName = null,
      lastName = null,
    } = this.directory.user(userId) ?? {};
    return { userId, username, email, firstName, lastName, userType };
  }
}

@QueryHandler(ListColleagueIds)
export class ListColleagueIdsHandler implements IQueryHandler<ListColleagueIds> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ caller }: ListColleagueIds): Promise<readonly string[] | null> {
    if (governsAll(caller)) return null;
    const { userId } = caller;
    if (userId === null) return [];
    const ids = this.readModels
      .all<{ user_id: string }>(
        `SELECT DISTINCT user_id FROM workspace_members
         WHERE workspace_id IN (SELECT workspace_id FROM workspace_members WHERE user_id = ?)`,
        userId,
      )
      .map(({ user_id }) => user_id);
    return ids.includes(userId) ? ids : [...ids, userId];
  }
}
