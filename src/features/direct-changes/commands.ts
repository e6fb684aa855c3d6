import { Command } from '@nestjs/cqrs';
import type { Change, ChangeAction } from '../../domain/change-request/change.js';
import type { Importance } from '../../domain/deployment/deployment.events.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { CommandContext } from '../../event-store/command-context.js';
import type { DeploymentView } from '../deployments/index.js';

/** What can be done without asking, as long as no policy wants to be asked. */
export type DirectChange = Exclude<Change, { action: 'approve' | 'changeImportance' }>;

/**
 * Carries a change out at once. Refused with `deployment-not-found` (unknown, archived, or not the caller's to see),
 * `reference-not-found`, `span-empty`, `change-forbidden`, `approval-required` (details: `policyId`, `action`),
 * `nothing-to-change`, `forbidden-transition`.
 */
export class ChangeDeployment extends Command<DeploymentView> {
  constructor(
    readonly deploymentId: string,
    readonly change: DirectChange,
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Fields left out stay; `importance` is what a policy may gate. Refused like {@link ChangeDeployment}. */
export class UpdateDeployment extends Command<DeploymentView> {
  constructor(
    readonly deploymentId: string,
    readonly details: {
      readonly label?: string;
      readonly description?: string | null;
      readonly importance?: Importance;
    },
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

export type { ChangeAction };
