import { Module } from '@nestjs/common';
import { ApprovalPoliciesModule } from '../approval-policies/index.js';
import { GetDeploymentAsOfHandler } from './deployment-as-of.handler.js';
import { DeploymentDirectory } from './deployment-directory.js';
import { DeploymentWriter } from './deployment-writer.js';
import {
  FindDeploymentHandler,
  GetDeploymentHandler,
  ListDeploymentsHandler,
} from './find-deployments.handler.js';
import {
  ArchiveDeploymentHandler,
  StartDeploymentHandler,
  StopDeploymentHandler,
} from './lifecycle.handler.js';
import { OwnerResolver } from './owner-resolver.js';
import { RegisterDeploymentHandler } from './register-deployment.handler.js';
import { ReplaceRolesHandler } from './replace-roles.handler.js';
import { ReportDeploymentRunHandler, ReportDeploymentStatusHandler } from './reports.handler.js';

@Module({
  imports: [ApprovalPoliciesModule],
  providers: [
    DeploymentDirectory,
    DeploymentWriter,
    OwnerResolver,
    RegisterDeploymentHandler,
    ReplaceRolesHandler,
    StartDeploymentHandler,
    StopDeploymentHandler,
    ArchiveDeploymentHandler,
    ReportDeploymentStatusHandler,
    ReportDeploymentRunHandler,
    FindDeploymentHandler,
    GetDeploymentHandler,
    ListDeploymentsHandler,
    GetDeploymentAsOfHandler,
  ],
  exports: [DeploymentDirectory, DeploymentWriter],
})
export class DeploymentsModule {}
