import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { mayUseGroup } from '../../domain/model-group/access.js';
import { isModelGroupId } from '../../domain/model-group/group-id.js';
import { mayNotRead, modelGroupNotFound } from '../../domain/model-group/refusals.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { ReadModels } from '../../projections/projection.js';
import { groupUserOf, requireOpen } from './group-member.js';
import { rowToView, SHOWN_COLUMNS, type ModelGroupRow, type ModelGroupView } from './model-group.view.js';
import { GetModelGroup, SearchModelGroups, type FoundGroups } from './queries.js';
import { sortKey } from './search/columns.js';
import { compile } from './search/compile.js';
import { visibleTo } from './search/visibility.js';

@QueryHandler(GetModelGroup)
export class GetModelGroupHandler implements IQueryHandler<GetModelGroup> {
  constructor(
    private readonly readModels: ReadModels,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ modelGroupId, caller }: GetModelGroup): Promise<ModelGroupView> {
    requireOpen(caller, 'get');
    const row = isModelGroupId(modelGroupId)
      ? this.readModels.get<ModelGroupRow>(
          `SELECT ${SHOWN_COLUMNS} FROM model_groups WHERE group_id = ?`,
          modelGroupId,
        )
      : undefined;
    if (row === undefined) throw modelGroupNotFound(modelGroupId);
    const group = rowToView(row);
    if (!mayUseGroup(groupUserOf(caller, this.config), group)) throw mayNotRead();
    return group;
  }
}

@QueryHandler(SearchModelGroups)
export class SearchModelGroupsHandler implements IQueryHandler<SearchModelGroups> {
  constructor(
    private readonly readModels: ReadModels,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ search, caller }: SearchModelGroups): Promise<FoundGroups> {
    requireOpen(caller, 'search');
    const visible = visibleTo(groupUserOf(caller, this.config));
    const wanted = compile(search.filter);
    const matching = `FROM model_groups AS g WHERE ${visible.sql} AND (${wanted.sql})`;
    const parameters = [...visible.parameters, ...wanted.parameters];
    const total = this.readModels.get<{ total: number }>(
      `SELECT count(*) AS total ${matching}`,
      ...parameters,
    );
    if (search.size === 0) return { total: total?.total ?? 0, hits: [] };

    const keys = search.order.map(({ field, descending }, n) => ({
      as: `key_${n}`,
      sql: sortKey(field, descending),
      descending,
    }));
    const shown = [SHOWN_COLUMNS, ...keys.map(({ as, sql }) => `${sql} AS ${as}`)].join(', ');
    // What has no value to be sorted by comes last, either way.
    const order = keys.map(({ as, descending }) => `${as} IS NULL, ${as} ${descending ? 'DESC' : 'ASC'}`);
    const rows = this.readModels.all<ModelGroupRow & Readonly<Record<string, string | number | null>>>(
      `SELECT ${shown} ${matching} ORDER BY ${[...order, 'g.registered_at_position'].join(', ')} LIMIT ? OFFSET ?`,
      ...parameters,
      search.size,
      search.from,
    );
    const hits = rows.map((row) => ({
      group: rowToView(row),
      sortValues: keys.map(({ as }) => row[as] ?? null),
    }));
    return { total: total?.total ?? 0, hits };
  }
}
