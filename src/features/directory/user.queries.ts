import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DomainError } from '../../domain/shared/domain-error.js';
import { ReadModels } from '../../projections/projection.js';
import { canBeStored, recordedUserOf, userViewOf, type UserRow } from './directory-rows.js';
import type { RecordedUser, UserView } from './directory.view.js';
import { readPage } from './paging.js';
import { FindUsers, GetUser, ListUsers, type Page } from './queries.js';

@QueryHandler(GetUser)
export class GetUserHandler implements IQueryHandler<GetUser> {
  constructor(private readonly readModels: ReadModels) {}

  execute({ userId }: GetUser): Promise<UserView> {
    const row = canBeStored(userId)
      ? this.readModels.get<UserRow>('SELECT * FROM users WHERE user_id = ?', userId)
      : undefined;
    if (row === undefined)
      return Promise.reject(new DomainError('not-found', 'user-not-found', `User '${userId}' not found`));
    return Promise.resolve(userViewOf(row));
  }
}

@QueryHandler(ListUsers)
export class ListUsersHandler implements IQueryHandler<ListUsers> {
  constructor(private readonly readModels: ReadModels) {}

  execute({ search, page }: ListUsers): Promise<Page<UserView>> {
    // What can't be stored is found nowhere.
    if (search !== null && !canBeStored(search)) return Promise.resolve({ items: [], next: null });
    const sql = 'SELECT * FROM users WHERE instr(search, ?) > 0';
    const parameters = [(search ?? '').toLowerCase()];
    return Promise.resolve(
      readPage<UserRow, UserView>(
        this.readModels,
        { sql, parameters, madeAt: 'recorded_at_position' },
        page,
        userViewOf,
      ),
    );
  }
}

@QueryHandler(FindUsers)
export class FindUsersHandler implements IQueryHandler<FindUsers> {
  constructor(private readonly readModels: ReadModels) {}

  execute({ userIds }: FindUsers): Promise<readonly RecordedUser[]> {
    const order = 'ORDER BY recorded_at_position';
    const rows =
      userIds === null
        ? this.readModels.all<UserRow>(`SELECT * FROM users ${order}`)
        : this.readModels.all<UserRow>(
            `SELECT * FROM users WHERE user_id IN (SELECT value FROM json_each(?)) ${order}`,
            JSON.stringify(userIds.filter(canBeStored)),
          );
    return Promise.resolve(rows.map(recordedUserOf));
  }
}
