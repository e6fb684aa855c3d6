import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DomainError } from '../../domain/shared/domain-error.js';
import { ReadModels } from '../../projections/projection.js';
import { canBeStored, groupViewOf, type GroupRow } from './directory-rows.js';
import type { GroupView } from './directory.view.js';
import { readPage } from './paging.js';
import { GetGroup, ListGroups, type Page } from './queries.js';

const SELECT = `SELECT directory_groups.*, (
    SELECT json_group_array(user_id) FROM (
      SELECT user_id FROM user_groups WHERE user_groups.group_id = directory_groups.group_id ORDER BY user_id
    )
  ) AS members
  FROM directory_groups`;

@QueryHandler(GetGroup)
export class GetGroupHandler implements IQueryHandler<GetGroup> {
  constructor(private readonly readModels: ReadModels) {}

  execute({ groupId }: GetGroup): Promise<GroupView> {
    const row = canBeStored(groupId)
      ? this.readModels.get<GroupRow>(`${SELECT} WHERE group_id = ?`, groupId)
      : undefined;
    if (row === undefined)
      return Promise.reject(new DomainError('not-found', 'group-not-found', `Group '${groupId}' not found`));
    return Promise.resolve(groupViewOf(row));
  }
}

@QueryHandler(ListGroups)
export class ListGroupsHandler implements IQueryHandler<ListGroups> {
  constructor(private readonly readModels: ReadModels) {}

  execute({ page }: ListGroups): Promise<Page<GroupView>> {
    return Promise.resolve(
      readPage<GroupRow, GroupView>(
        this.readModels,
        { sql: `${SELECT} WHERE TRUE`, parameters: [], madeAt: 'recorded_at_position' },
        page,
        groupViewOf,
      ),
    );
  }
}
