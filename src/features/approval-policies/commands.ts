import { Command } from '@nestjs/cqrs';
import type { PolicyTerms } from '../../domain/approval-policy/approval-policy.events.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { CommandContext } from '../../event-store/command-context.js';
import type { PolicyView } from './policy.view.js';

/** What is sent of a policy; labels that are not sent are those of the trigger chosen. */
export type { PolicyTerms };

/**
 * Refused with `approval-admin-required`, and as `invalid`, with the place of the fault as `details.field`:
 * `trigger-unsupported`, `condition-unsupported`, `unknown-group`, `bad-period`, `period-too-long`, `no-groups`,
 * `no-values`.
 */
export class CreatePolicy extends Command<PolicyView> {
  constructor(
    readonly terms: PolicyTerms,
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Replaces all that the policy says. Refused like {@link CreatePolicy} and with `policy-not-found`. */
export class UpdatePolicy extends Command<PolicyView> {
  constructor(
    readonly policyId: string,
    readonly terms: PolicyTerms,
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Open requests go on as they are. Refused with `approval-admin-required`, `policy-not-found`. */
export class DeletePolicy extends Command<{ readonly revision: bigint; readonly position: bigint }> {
  constructor(
    readonly policyId: string,
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}
