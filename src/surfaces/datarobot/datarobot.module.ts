import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ArtifactsModule } from '../../features/artifacts/index.js';
import { ApprovalPoliciesController } from './approval-policies.controller.js';
import { ChangeRequestsController } from './change-requests.controller.js';
import { DataRobotSurface } from './datarobot.surface.js';
import { DeploymentPresenter } from './deployment.presenter.js';
import { DataRobotDeploymentsController } from './deployments.controller.js';
import { PolicyMatchController } from './policy-match.controller.js';
import { ReviewsController } from './reviews.controller.js';
import { StatusController } from './status.controller.js';

/** DataRobot's vocabulary of governance: approval policies, change requests, reviews, deployments under policies. */
@Module({
  imports: [CqrsModule, ArtifactsModule],
  controllers: [
    ApprovalPoliciesController,
    PolicyMatchController,
    ChangeRequestsController,
    ReviewsController,
    StatusController,
    DataRobotDeploymentsController,
  ],
  providers: [DataRobotSurface, DeploymentPresenter],
})
export class DataRobotModule {}
