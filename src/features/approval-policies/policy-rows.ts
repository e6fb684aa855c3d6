import { Injectable } from '@nestjs/common';
import type { ExistingPolicy } from '../../domain/approval-policy/approval-policy.decider.js';
import type { PolicyTerms } from '../../domain/approval-policy/approval-policy.events.js';
import type { Policy } from '../../domain/approval-policy/matching.js';
import { ReadModels } from '../../projections/projection.js';
import { GroupDirectory } from '../directory/index.js';
import type { NamedGroup, PolicyView } from './policy.view.js';

/** A row of the read model `approval_policies`. */
export interface PolicyRow {
  readonly policy_id: string;
  readonly version: number;
  readonly terms: string;
  readonly open_requests: number;
  readonly created_at: string;
  readonly revision: number;
  readonly position: number;
}

export const rowToPolicy = (row: PolicyRow): Policy => ({
  policyId: row.policy_id,
  version: row.version,
  createdAt: row.created_at,
  terms: JSON.parse(row.terms) as PolicyTerms,
});

interface Place {
  readonly revision: bigint;
  readonly position: bigint;
}

/** Policies as they are shown: with the present names of the groups and the number of open requests. */
@Injectable()
export class PolicyViews {
  constructor(
    private readonly readModels: ReadModels,
    private readonly groups: GroupDirectory,
  ) {}

  ofRow(row: PolicyRow): PolicyView {
    const place = { revision: BigInt(row.revision), position: BigInt(row.position) };
    return this.view(rowToPolicy(row), row.open_requests, place);
  }

  /** Right after a write. */
  ofState(policy: ExistingPolicy, place: Place): PolicyView {
    const row = this.readModels.get<{ open_requests: number }>(
      'SELECT open_requests FROM approval_policies WHERE policy_id = ?',
      policy.policyId,
    );
    return this.view(policy, row?.open_requests ?? 0, place);
  }

  private view(
    { policyId, version, createdAt, terms }: Policy,
    openRequests: number,
    { revision, position }: Place,
  ): PolicyView {
    const { review, trigger } = terms;
    return {
      ...terms,
      policyId,
      version,
      review: review && { ...review, groups: this.named(review.groups) },
      trigger: { ...trigger, filterGroups: this.named(trigger.filterGroups) },
      openRequests,
      createdAt,
      revision,
      position,
    };
  }

  private named(groups: readonly string[] | null): readonly NamedGroup[] | null {
    return groups && groups.map((groupId) => ({ groupId, name: this.groups.find(groupId)?.name ?? null }));
  }
}
