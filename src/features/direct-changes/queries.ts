import { Query } from '@nestjs/cqrs';
import type { Importance } from '../../domain/deployment/deployment.events.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { Counted, OffsetPage } from '../approval-policies/index.js';
import type { DeploymentView } from '../deployments/index.js';

/** A deployment as those see it who govern it. */
export interface GovernedDeploymentView extends DeploymentView {
  /** Ids, oldest first. */
  readonly openChangeRequests: readonly string[];
}

/** Refused with `deployment-not-found` when there is none, it is archived, or it is not the caller's to see. */
export class GetGovernedDeployment extends Query<GovernedDeploymentView> {
  constructor(
    readonly deploymentId: string,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Deployments that the caller may see, archived ones left out; ties are broken by id. */
export class ListGovernedDeployments extends Query<Counted<GovernedDeploymentView>> {
  constructor(
    readonly filter: {
      readonly active?: boolean;
      readonly importance?: Importance;
      /** Part of the label, without case. */
      readonly search?: string;
    },
    readonly order: { readonly by: 'label' | 'createdAt' | 'importance'; readonly descending: boolean },
    readonly page: OffsetPage,
    readonly caller: Caller,
  ) {
    super();
  }
}
