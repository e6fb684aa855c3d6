import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { governsAll } from '../../domain/workspace/access.js';
import { ReadModels } from '../../projections/projection.js';
import { pageOf } from './paging.js';
import { GetWorkspace, ListVisibleWorkspaces, ListWorkspaces, type Page } from './queries.js';
import { rowToView, type WorkspaceRow, type WorkspaceView } from './workspace.view.js';
import { canBeStored, WORKSPACE_COLUMNS, WorkspaceReader } from './workspace-reader.js';
import { workspacesProjection } from './workspaces.projection.js';

interface Condition {
  readonly sql: string;
  readonly parameter: string | number;
}

const where = (conditions: readonly Condition[]): string =>
  conditions.length === 0 ? 'TRUE' : conditions.map(({ sql }) => sql).join(' AND ');

const parametersOf = (conditions: readonly Condition[]) => conditions.map(({ parameter }) => parameter);

@QueryHandler(GetWorkspace)
export class GetWorkspaceHandler implements IQueryHandler<GetWorkspace> {
  constructor(private readonly reader: WorkspaceReader) {}

  async execute({ workspaceId, caller }: GetWorkspace): Promise<WorkspaceView> {
    return this.reader.get(workspaceId, caller);
  }
}

@QueryHandler(ListVisibleWorkspaces)
export class ListVisibleWorkspacesHandler implements IQueryHandler<ListVisibleWorkspaces> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ memberIds, caller }: ListVisibleWorkspaces): Promise<readonly WorkspaceView[]> {
    const memberships = 'SELECT workspace_id FROM workspace_members WHERE user_id';
    const conditions: Condition[] = [];
    if (!governsAll(caller))
      conditions.push({ sql: `workspace_id IN (${memberships} = ?)`, parameter: caller.userId ?? '' });
    if (memberIds !== null)
      conditions.push({
        sql: `workspace_id IN (${memberships} IN (SELECT value FROM json_each(?)))`,
        parameter: JSON.stringify(memberIds.filter(canBeStored)),
      });
    return this.readModels
      .all<WorkspaceRow>(
        `SELECT ${WORKSPACE_COLUMNS} FROM workspaces w WHERE ${where(conditions)} ORDER BY workspace_id`,
        ...parametersOf(conditions),
      )
      .map(rowToView);
  }
}

@QueryHandler(ListWorkspaces)
export class ListWorkspacesHandler implements IQueryHandler<ListWorkspaces> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ filter: { archived, name }, page, caller }: ListWorkspaces): Promise<Page<WorkspaceView>> {
    if (name !== undefined && !canBeStored(name)) return { items: [], next: null };
    const { after, upTo, limit } = pageOf(page, this.readModels.positionOf(workspacesProjection.name));
    // A member's own are found by his memberships, however many others there are.
    const [source, mine]: [string, Condition[]] = governsAll(caller)
      ? ['workspaces w', []]
      : [
          'workspace_members m CROSS JOIN workspaces w ON w.workspace_id = m.workspace_id',
          [{ sql: 'm.user_id = ?', parameter: caller.userId ?? '' }],
        ];
    const conditions: Condition[] = [
      ...mine,
      ...(archived === undefined ? [] : [{ sql: 'w.archived = ?', parameter: archived ? 1 : 0 }]),
      ...(name === undefined ? [] : [{ sql: 'w.name = ?', parameter: name }]),
      { sql: 'w.created_at_position > ?', parameter: after },
      { sql: 'w.created_at_position <= ?', parameter: Number(upTo) },
    ];
    const rows = this.readModels.all<WorkspaceRow>(
      `SELECT ${WORKSPACE_COLUMNS} FROM ${source} WHERE ${where(conditions)}
       ORDER BY w.created_at_position LIMIT ?`,
      ...parametersOf(conditions),
      limit + 1,
    );
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: shown.map(rowToView),
      next: last === undefined ? null : { after: BigInt(last.created_at_position), upTo },
    };
  }
}
