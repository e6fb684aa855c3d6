import { Query } from '@nestjs/cqrs';
import type { Principal } from '../../platform/auth/principal.js';
import type { ModelGroupView } from './model-group.view.js';
import type { GroupFilter, GroupOrder } from './search/filter.js';

/** Refused, in this order, with `model-group-call`, `model-group-not-found`, `model-group-access`. */
export class GetModelGroup extends Query<ModelGroupView> {
  constructor(
    readonly modelGroupId: string,
    readonly caller: Principal,
  ) {
    super();
  }
}

export interface GroupSearch {
  readonly filter: GroupFilter;
  /** The most important first; groups that are equal in all of it come in the order of their registration. */
  readonly order: readonly GroupOrder[];
  readonly from: number;
  readonly size: number;
}

export interface FoundGroup {
  readonly group: ModelGroupView;
  /** What it was sorted by, one value for each part of the order. */
  readonly sortValues: readonly (string | number | null)[];
}

export interface FoundGroups {
  readonly total: number;
  readonly hits: readonly FoundGroup[];
}

/** Of the groups that the caller may see. Refused with `model-group-call`. */
export class SearchModelGroups extends Query<FoundGroups> {
  constructor(
    readonly search: GroupSearch,
    readonly caller: Principal,
  ) {
    super();
  }
}
