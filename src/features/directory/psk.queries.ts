import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DomainError } from '../../domain/shared/domain-error.js';
import { PskUsage } from '../../platform/auth/psk-usage.js';
import { Clock } from '../../platform/clock/clock.js';
import { ReadModels } from '../../projections/projection.js';
import { canBeStored } from './directory-rows.js';
import type { PskView } from './directory.view.js';
import { readPage } from './paging.js';
import { pskViewOf } from './psk-view.js';
import { GetPskOfUser, ListPsks, type Page } from './queries.js';

interface PskRow {
  readonly psk_id: string;
  readonly user_id: string;
  readonly description: string | null;
  readonly valid_until: string | null;
  readonly status: 'current' | 'replaced' | 'revoked';
  readonly overlap_until: string | null;
  readonly created_at: string;
  readonly created_at_position: number;
  readonly updated_at: string;
}

const viewOf = (row: PskRow, now: string, usage: PskUsage): PskView =>
  pskViewOf(
    {
      pskId: row.psk_id,
      userId: row.user_id,
      description: row.description,
      validUntil: row.valid_until,
      status: row.status,
      overlapUntil: row.overlap_until,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    },
    now,
    usage.lastUsedAt(row.psk_id),
  );

@QueryHandler(GetPskOfUser)
export class GetPskOfUserHandler implements IQueryHandler<GetPskOfUser> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly usage: PskUsage,
    private readonly clock: Clock,
  ) {}

  execute({ userId }: GetPskOfUser): Promise<PskView> {
    const row = canBeStored(userId)
      ? this.readModels.get<PskRow>(`SELECT * FROM psks WHERE user_id = ? AND status = 'current'`, userId)
      : undefined;
    if (row === undefined)
      return Promise.reject(new DomainError('not-found', 'psk-not-found', 'PSK not found'));
    return Promise.resolve(viewOf(row, this.clock.now().toISOString(), this.usage));
  }
}

@QueryHandler(ListPsks)
export class ListPsksHandler implements IQueryHandler<ListPsks> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly usage: PskUsage,
    private readonly clock: Clock,
  ) {}

  execute({ userId, page }: ListPsks): Promise<Page<PskView>> {
    if (userId !== null && !canBeStored(userId)) return Promise.resolve({ items: [], next: null });
    const now = this.clock.now().toISOString();
    const sql = `SELECT * FROM psks WHERE ${userId === null ? 'TRUE' : 'user_id = ?'}`;
    const parameters = userId === null ? [] : [userId];
    return Promise.resolve(
      readPage<PskRow, PskView>(
        this.readModels,
        { sql, parameters, madeAt: 'created_at_position' },
        page,
        (row) => viewOf(row, now, this.usage),
      ),
    );
  }
}
