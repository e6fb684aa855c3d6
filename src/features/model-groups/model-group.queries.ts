import { setImmediate } from 'node:timers/promises';
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { mayUseGroup } from '../../domain/model-group/access.js';
import { isModelGroupId } from '../../domain/model-group/group-id.js';
import { mayNotRead, modelGroupNotFound } from '../../domain/model-group/refusals.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { ReadModels } from '../../projections/projection.js';
import { groupUserOf, requireOpen } from './group-member.js';
import { rowToView, SHOWN_COLUMNS, type ModelGroupRow, type ModelGroupView } from './model-group.view.js';
import {
  GetModelGroup,
  SearchModelGroups,
  type FoundGroup,
  type FoundGroups,
  type GroupSearch,
} from './queries.js';
import { sortKey } from './search/columns.js';
import { compile, type Condition } from './search/compile.js';
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

/** Groups looked at together: some milliseconds at the worst, so that no search holds up anybody else. */
const SLICE = 500;

/**
 * First which groups match, slice by slice in the order of their registration, others having their turn in between; then
 * those of the page that is asked for. Who may see what is asked both times: it may have changed meanwhile.
 */
@QueryHandler(SearchModelGroups)
export class SearchModelGroupsHandler implements IQueryHandler<SearchModelGroups> {
  constructor(
    private readonly readModels: ReadModels,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ search, caller }: SearchModelGroups): Promise<FoundGroups> {
    requireOpen(caller, 'search');
    const visible = visibleTo(groupUserOf(caller, this.config));
    const matching = await this.matching(visible, compile(search.filter));
    const isEmpty = search.size === 0 || search.from >= matching.length;
    return { total: matching.length, hits: isEmpty ? [] : this.page(search, visible, matching) };
  }

  /** Each by the position of its registration. */
  private async matching(visible: Condition, wanted: Condition): Promise<readonly number[]> {
    const found: number[] = [];
    let after = -1;
    for (;;) {
      const end = this.readModels.get<{ position: number }>(
        `SELECT registered_at_position AS position FROM model_groups WHERE registered_at_position > ?
         ORDER BY registered_at_position LIMIT 1 OFFSET ${SLICE - 1}`,
        after,
      )?.position;
      const rows = this.readModels.all<{ position: number }>(
        `SELECT g.registered_at_position AS position FROM model_groups AS g
         WHERE g.registered_at_position > ? AND g.registered_at_position <= ? AND ${visible.sql} AND (${wanted.sql})
         ORDER BY g.registered_at_position`,
        after,
        end ?? Number.MAX_SAFE_INTEGER,
        ...visible.parameters,
        ...wanted.parameters,
      );
      for (const { position } of rows) found.push(position);
      if (end === undefined) return found;
      after = end;
      await setImmediate();
    }
  }

  private page(
    { order, from, size }: GroupSearch,
    visible: Condition,
    matching: readonly number[],
  ): readonly FoundGroup[] {
    const keys = order.map(({ field, descending }, n) => ({
      as: `key_${n}`,
      sql: sortKey(field, descending),
      descending,
    }));
    const shown = [SHOWN_COLUMNS, ...keys.map(({ as, sql }) => `${sql} AS ${as}`)].join(', ');
    // What has no value to be sorted by comes last, either way.
    const sorted = keys.map(({ as, descending }) => `${as} IS NULL, ${as} ${descending ? 'DESC' : 'ASC'}`);
    const rows = this.readModels.all<ModelGroupRow & Readonly<Record<string, string | number | null>>>(
      `SELECT ${shown} FROM model_groups AS g
       WHERE g.registered_at_position IN (SELECT value FROM json_each(?)) AND ${visible.sql}
       ORDER BY ${[...sorted, 'g.registered_at_position'].join(', ')} LIMIT ? OFFSET ?`,
      // Without any order of their own they are in the right one already.
      JSON.stringify(keys.length === 0 ? matching.slice(from, from + size) : matching),
      ...visible.parameters,
      size,
      keys.length === 0 ? 0 : from,
    );
    return rows.map((row) => ({ group: rowToView(row), sortValues: keys.map(({ as }) => row[as] ?? null) }));
  }
}
