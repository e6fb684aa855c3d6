import { Injectable } from '@nestjs/common';
import { ReadModels } from '../../projections/projection.js';
import { canBeStored } from './directory-rows.js';

export interface KnownGroup {
  readonly groupId: string;
  readonly name: string;
}

/** Groups and the people in them, as rules look them up; of people only those who are enabled. */
@Injectable()
export class GroupDirectory {
  constructor(private readonly readModels: ReadModels) {}

  find(groupId: string): KnownGroup | undefined {
    if (!canBeStored(groupId)) return undefined;
    const row = this.readModels.get<{ name: string }>(
      'SELECT name FROM directory_groups WHERE group_id = ?',
      groupId,
    );
    return row && { groupId, name: row.name };
  }

  /** User ids, sorted. */
  membersOf(groupId: string): readonly string[] {
    if (!canBeStored(groupId)) return [];
    return this.readModels
      .all<{ user_id: string }>(
        `SELECT user_groups.user_id FROM user_groups JOIN users USING (user_id)
         WHERE group_id = ? AND enabled = 1 ORDER BY user_groups.user_id`,
        groupId,
      )
      .map(({ user_id }) => user_id);
  }

  /** Users who hold any of these roles of the realm; ids, sorted. */
  holdersOf(realmRoles: readonly string[]): readonly string[] {
    return this.readModels
      .all<{ user_id: string }>(
        `SELECT DISTINCT user_roles.user_id FROM user_roles JOIN users USING (user_id)
         WHERE role IN (SELECT value FROM json_each(?)) AND client = '' AND enabled = 1
         ORDER BY user_roles.user_id`,
        JSON.stringify(realmRoles),
      )
      .map(({ user_id }) => user_id);
  }
}
