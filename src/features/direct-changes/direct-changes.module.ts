import { Module } from '@nestjs/common';
import { ApprovalPoliciesModule } from '../approval-policies/index.js';
import { ChangeRequestsModule } from '../change-requests/index.js';
import { DeploymentsModule } from '../deployments/index.js';
import { ChangeDeploymentHandler, UpdateDeploymentHandler } from './direct-change.handlers.js';
import {
  GetGovernedDeploymentHandler,
  ListGovernedDeploymentsHandler,
} from './governed-deployments.queries.js';

@Module({
  imports: [ApprovalPoliciesModule, ChangeRequestsModule, DeploymentsModule],
  providers: [
    ChangeDeploymentHandler,
    UpdateDeploymentHandler,
    GetGovernedDeploymentHandler,
    ListGovernedDeploymentsHandler,
  ],
})
export class DirectChangesModule {}
