import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  approvalPolicyDecider,
  policyNotFound,
  type ApprovalPolicyCommand,
} from '../../domain/approval-policy/approval-policy.decider.js';
import type { PolicyTerms } from '../../domain/approval-policy/approval-policy.events.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { isPeriod } from '../../domain/shared/durations.js';
import { newId, type CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner, PreconditionFailed } from '../../event-store/decider-runner.js';
import { isWithinCalendar } from '../../platform/clock/calendar.js';
import { GroupDirectory } from '../directory/index.js';
import { requireApprovalAdmin } from './approval-admin.js';
import { CreatePolicy, DeletePolicy, UpdatePolicy } from './commands.js';
import { PolicyViews } from './policy-rows.js';
import type { PolicyView } from './policy.view.js';
import { isPolicyId, policyStream } from './streams.js';

const unknownGroups = ({ review, trigger }: PolicyTerms, directory: GroupDirectory): readonly string[] =>
  [...(review?.groups ?? []), ...(trigger.filterGroups ?? [])].filter(
    (group) => directory.find(group) === undefined,
  );

/** @throws DomainError `invalid` when a period, counted from now, leads out of the calendar */
const requireWithinCalendar = ({ automaticAction, review }: PolicyTerms, now: string): void => {
  const places = {
    'automaticAction.period': automaticAction?.period,
    'review.reminderPeriod': review?.reminderPeriod,
  };
  for (const [field, period] of Object.entries(places)) {
    if (typeof period !== 'string' || !isPeriod(period) || isWithinCalendar(now, period)) continue;
    throw new DomainError('invalid', 'period-too-long', 'The period leads past the year 9999', { field });
  }
};

const write = async (
  runner: DeciderRunner,
  views: PolicyViews,
  command: ApprovalPolicyCommand,
  context: CommandContext,
): Promise<PolicyView> => {
  const { policyId } = command;
  const decided = await runner.run(approvalPolicyDecider, policyStream(policyId), command, context, {
    authorize: (state) => {
      if (command.type !== 'CreatePolicy' && state.phase !== 'existing') throw policyNotFound(policyId);
    },
  });
  if (decided.state.phase !== 'existing') throw new Error(`policy ${policyId} was written but is not there`);
  return views.ofState(decided.state, decided);
};

@CommandHandler(CreatePolicy)
export class CreatePolicyHandler implements ICommandHandler<CreatePolicy> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly groups: GroupDirectory,
    private readonly views: PolicyViews,
  ) {}

  async execute({ terms, caller, context }: CreatePolicy): Promise<PolicyView> {
    requireApprovalAdmin(caller);
    requireWithinCalendar(terms, context.now);
    if (context.ifMatch !== undefined) throw new PreconditionFailed(-1n);
    const policyId = newId(context, 'approvalPolicy');
    const groups = unknownGroups(terms, this.groups);
    const command = { type: 'CreatePolicy', policyId, terms, unknownGroups: groups } as const;
    return write(this.runner, this.views, command, context);
  }
}

@CommandHandler(UpdatePolicy)
export class UpdatePolicyHandler implements ICommandHandler<UpdatePolicy> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly groups: GroupDirectory,
    private readonly views: PolicyViews,
  ) {}

  async execute({ policyId, terms, caller, context }: UpdatePolicy): Promise<PolicyView> {
    requireApprovalAdmin(caller);
    if (!isPolicyId(policyId)) throw policyNotFound(policyId);
    requireWithinCalendar(terms, context.now);
    const groups = unknownGroups(terms, this.groups);
    const command = { type: 'UpdatePolicy', policyId, terms, unknownGroups: groups } as const;
    return write(this.runner, this.views, command, context);
  }
}

@CommandHandler(DeletePolicy)
export class DeletePolicyHandler implements ICommandHandler<DeletePolicy> {
  constructor(private readonly runner: DeciderRunner) {}

  async execute({
    policyId,
    caller,
    context,
  }: DeletePolicy): Promise<{ revision: bigint; position: bigint }> {
    requireApprovalAdmin(caller);
    if (!isPolicyId(policyId)) throw policyNotFound(policyId);
    const command = { type: 'DeletePolicy', policyId } as const;
    const { revision, position } = await this.runner.run(
      approvalPolicyDecider,
      policyStream(policyId),
      command,
      context,
    );
    return { revision, position };
  }
}
