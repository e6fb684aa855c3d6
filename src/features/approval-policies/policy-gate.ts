import { Injectable } from '@nestjs/common';
import type { Intent } from '../../domain/approval-policy/approval-policy.events.js';
import { matchPolicy, type Policy, type Situation } from '../../domain/approval-policy/matching.js';
import { INTENT_OF, type ChangeAction } from '../../domain/change-request/change.js';
import {
  LISTED_MEMBERS,
  NO_REQUIREMENT,
  type PinnedGroup,
  type Requirement,
} from '../../domain/change-request/requirement.js';
import type { Caller } from '../../domain/shared/caller.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import type { Importance } from '../../domain/shared/importance.js';
import { ReadModelBehind, ReadModels } from '../../projections/projection.js';
import { GroupDirectory } from '../directory/index.js';
import { approvalPoliciesProjection } from './approval-policies.projection.js';
import { rowToPolicy, type PolicyRow } from './policy-rows.js';

/** What somebody is about to do to a deployment. */
export interface Attempt {
  readonly action: ChangeAction;
  readonly caller: Pick<Caller, 'groups'>;
  /** What conditions on importance look at: the present one and, where it is to change, the one to be. */
  readonly importances: readonly Importance[];
}

/** Which policy gates a change, and what that asks for. */
@Injectable()
export class PolicyGate {
  private readonly remembered = new Map<string, readonly Policy[]>();
  private rememberedAt: bigint | undefined;

  constructor(
    private readonly readModels: ReadModels,
    private readonly groups: GroupDirectory,
  ) {}

  match(situation: Situation): Policy | undefined {
    return matchPolicy(this.watching(situation.intent), situation);
  }

  /** What the change needs to be approved. */
  requirementFor(attempt: Attempt): Requirement {
    const policy = this.matchAttempt(attempt);
    if (policy === undefined) return NO_REQUIREMENT;
    const { policyId, version, terms } = policy;
    const { name, trigger, review, automaticAction } = terms;
    const groups = (review?.groups ?? []).map((groupId) => this.pin(groupId));
    return {
      policy: { policyId, version, name, trigger },
      groups,
      approvalsRequired: Math.max(groups.length, 1),
      reminderPeriod: review?.reminderPeriod ?? null,
      automaticAction,
    };
  }

  /** @throws DomainError `conflict` when a policy wants the change to be requested */
  requireUngated(attempt: Attempt): void {
    const policy = this.matchAttempt(attempt);
    if (policy === undefined) return;
    const { policyId } = policy;
    const { action } = attempt;
    throw new DomainError(
      'conflict',
      'approval-required',
      `Approval policy '${policy.terms.name}' (${policyId}) requires a change request for this: ${action}`,
      { policyId, action },
    );
  }

  private matchAttempt({ action, caller, importances }: Attempt): Policy | undefined {
    const field = { name: 'importance', values: importances };
    return this.match({ intent: INTENT_OF[action], groups: caller.groups, field });
  }

  /** Policies that watch for this; read anew when the read model has moved. @throws ReadModelBehind */
  private watching({ entityType, action }: Intent): readonly Policy[] {
    const { name } = approvalPoliciesProjection;
    const position = this.readModels.positionOf(name);
    // What is not known to be so must not let a change through that a policy would have stopped.
    if (!this.readModels.trustworthy(name)) throw new ReadModelBehind(position);
    if (position !== this.rememberedAt) {
      this.remembered.clear();
      this.rememberedAt = position;
    }
    const key = `${entityType} ${action}`;
    let policies = this.remembered.get(key);
    if (policies === undefined) {
      policies = this.readModels
        .all<PolicyRow>(
          'SELECT * FROM approval_policies WHERE entity_type = ? AND action = ? AND active = 1',
          entityType,
          action,
        )
        .map(rowToPolicy);
      this.remembered.set(key, policies);
    }
    return policies;
  }

  private pin(groupId: string): PinnedGroup {
    const members = this.groups.membersOf(groupId);
    return {
      groupId,
      name: this.groups.find(groupId)?.name ?? null,
      memberCount: members.length,
      members: members.slice(0, LISTED_MEMBERS),
    };
  }
}
