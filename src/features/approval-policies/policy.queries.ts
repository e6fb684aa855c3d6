import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { policyNotFound } from '../../domain/approval-policy/approval-policy.decider.js';
import { TRIGGER_CHOICES } from '../../domain/approval-policy/triggers.js';
import { ReadModels } from '../../projections/projection.js';
import { requireApprovalAdmin } from './approval-admin.js';
import { PolicyGate } from './policy-gate.js';
import { PolicyViews, type PolicyRow } from './policy-rows.js';
import type { PolicyView, TriggerChoice } from './policy.view.js';
import { GetPolicy, ListPolicies, ListTriggers, MatchPolicy, type Counted } from './queries.js';
import { isPolicyId } from './streams.js';

@QueryHandler(GetPolicy)
export class GetPolicyHandler implements IQueryHandler<GetPolicy> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly views: PolicyViews,
  ) {}

  async execute({ policyId, caller }: GetPolicy): Promise<PolicyView> {
    requireApprovalAdmin(caller);
    const row = isPolicyId(policyId)
      ? this.readModels.get<PolicyRow>('SELECT * FROM approval_policies WHERE policy_id = ?', policyId)
      : undefined;
    if (row === undefined) throw policyNotFound(policyId);
    return this.views.ofRow(row);
  }
}

@QueryHandler(ListPolicies)
export class ListPoliciesHandler implements IQueryHandler<ListPolicies> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly views: PolicyViews,
  ) {}

  async execute({ filter, page, caller }: ListPolicies): Promise<Counted<PolicyView>> {
    requireApprovalAdmin(caller);
    const { entityType, namePart } = filter;
    // What can't be stored is found nowhere.
    if (namePart?.includes('\0')) return { items: [], total: 0 };
    const conditions = ['instr(search, ?) > 0'];
    const parameters = [(namePart ?? '').toLowerCase()];
    if (entityType !== undefined) {
      conditions.push('entity_type = ?');
      parameters.push(entityType);
    }
    const matching = `FROM approval_policies WHERE ${conditions.join(' AND ')}`;
    const rows = this.readModels.all<PolicyRow>(
      `SELECT * ${matching} ORDER BY created_at, policy_id LIMIT ? OFFSET ?`,
      ...parameters,
      page.limit,
      page.offset,
    );
    const counted = this.readModels.get<{ total: number }>(
      `SELECT count(*) AS total ${matching}`,
      ...parameters,
    );
    return { items: rows.map((row) => this.views.ofRow(row)), total: counted?.total ?? 0 };
  }
}

@QueryHandler(MatchPolicy)
export class MatchPolicyHandler implements IQueryHandler<MatchPolicy> {
  constructor(private readonly gate: PolicyGate) {}

  async execute({ intent, field, caller }: MatchPolicy): Promise<{ policyId: string | null }> {
    const values = field === null || field.value === null ? [] : [field.value];
    const policy = this.gate.match({
      intent,
      groups: caller.groups,
      field: field && { name: field.name, values },
    });
    return { policyId: policy?.policyId ?? null };
  }
}

@QueryHandler(ListTriggers)
export class ListTriggersHandler implements IQueryHandler<ListTriggers> {
  async execute({ caller }: ListTriggers): Promise<readonly TriggerChoice[]> {
    requireApprovalAdmin(caller);
    return TRIGGER_CHOICES;
  }
}
