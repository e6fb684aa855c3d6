import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DomainError } from '../../domain/shared/domain-error.js';
import { ReadModels } from '../../projections/projection.js';
import { canBeStored, userViewOf, type UserRow } from './directory-rows.js';
import type { UserView } from './directory.view.js';
import { readPage } from './paging.js';
import { GetUser, ListUsers, type Page } from './queries.js';

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
