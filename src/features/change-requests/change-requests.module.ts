import { Module } from '@nestjs/common';
import { ApprovalPoliciesModule } from '../approval-policies/index.js';
import { ArtifactsModule } from '../artifacts/index.js';
import { DeploymentsModule } from '../deployments/index.js';
import { ProcessManagersModule } from '../process-managers/index.js';
import { ApplyApprovedChanges } from './apply-approved-changes.js';
import { CancelOrphans } from './cancel-orphans.js';
import { ListChangeRequestsHandler } from './list-requests.handler.js';
import { ListOpenRequestIdsHandler, ListPolicyRequestsHandler } from './policy-requests.handler.js';
import { References } from './references.js';
import { DeploymentAccess } from './request-access.js';
import { RequestApprovals } from './request-approvals.js';
import { RequestOpener } from './request-opener.js';
import { RequestReader } from './request-reader.js';
import { RequestViews } from './request-views.js';
import { RequestWriter } from './request-writer.js';
import {
  CancelChangeRequestHandler,
  OpenChangeRequestHandler,
  ResolveChangeRequestHandler,
  ReviseChangeRequestHandler,
} from './request.handlers.js';
import {
  GetApplicationHandler,
  GetChangeRequestHandler,
  GetReviewHandler,
  GetScheduleHandler,
  ListReviewsHandler,
  ListSuggestedReviewersHandler,
} from './request.queries.js';
import { Reviewers } from './reviewers.js';
import { SubmitReviewHandler } from './submit-review.handler.js';

@Module({
  imports: [ApprovalPoliciesModule, ArtifactsModule, DeploymentsModule, ProcessManagersModule],
  providers: [
    DeploymentAccess,
    References,
    Reviewers,
    RequestOpener,
    RequestReader,
    RequestViews,
    RequestWriter,
    OpenChangeRequestHandler,
    ReviseChangeRequestHandler,
    SubmitReviewHandler,
    ResolveChangeRequestHandler,
    CancelChangeRequestHandler,
    GetChangeRequestHandler,
    ListChangeRequestsHandler,
    ListReviewsHandler,
    GetReviewHandler,
    ListSuggestedReviewersHandler,
    ListPolicyRequestsHandler,
    GetScheduleHandler,
    GetApplicationHandler,
    ListOpenRequestIdsHandler,
    ApplyApprovedChanges,
    CancelOrphans,
    RequestApprovals,
  ],
  exports: [DeploymentAccess, References, Reviewers, RequestReader, RequestViews, RequestWriter],
})
export class ChangeRequestsModule {}
