import { Query } from '@nestjs/cqrs';
import type { DeploymentStatus, DeploymentType } from '../../domain/deployment/deployment.events.js';
import type { DeploymentView } from './deployment.view.js';

/** Refused with `deployment-not-found` when there is none. */
export class FindDeployment extends Query<DeploymentView> {
  constructor(
    readonly model: string,
    readonly name: string,
  ) {
    super();
  }
}

/** Refused with `deployment-not-found` when there is none. */
export class GetDeployment extends Query<DeploymentView> {
  constructor(readonly deploymentId: string) {
    super();
  }
}

export interface DeploymentPage {
  readonly deployments: readonly DeploymentView[];
  readonly total: number;
}

/** One model's deployments, oldest first. */
export class ListDeployments extends Query<DeploymentPage> {
  constructor(
    readonly model: string,
    readonly filter: {
      readonly status?: DeploymentStatus;
      readonly type?: DeploymentType;
      readonly includeArchived: boolean;
      readonly limit: number;
      readonly offset: number;
    },
  ) {
    super();
  }
}

/**
 * Folded from the log up to a position, or to the deployment's last event that occurred at or before a time; `null`: now.
 * `asOf` in the answer is a place of the log and the time of the event there: for a position the last event up to it,
 * for now the newest one, for a time the deployment's own. Refused with `deployment-not-found` when there was none yet.
 */
export class GetDeploymentAsOf extends Query<{
  readonly deployment: DeploymentView;
  readonly asOf: { readonly position: bigint; readonly time: string };
}> {
  constructor(
    readonly deploymentId: string,
    readonly asOf: { readonly position: bigint } | { readonly time: string } | null,
  ) {
    super();
  }
}
