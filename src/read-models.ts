import { approvalPoliciesProjection } from './features/approval-policies/index.js';
import { artifactsProjection } from './features/artifacts/index.js';
import { auditProjection } from './features/audit/index.js';
import { changeRequestsProjection } from './features/change-requests/index.js';
import { consumersProjection } from './features/consumers/index.js';
import { deploymentsProjection } from './features/deployments/index.js';
import { directoryProjection } from './features/directory/index.js';
import { modelGroupsProjection } from './features/model-groups/index.js';
import { webhooksProjection } from './features/webhooks/index.js';
import { workspacesProjection } from './features/workspaces/index.js';
import type { Projection } from './projections/projection.js';

/** Every read model of this build: the running service feeds them, `npm run rebuild` builds them anew. */
export const projections: readonly Projection[] = [
  deploymentsProjection,
  directoryProjection,
  changeRequestsProjection,
  approvalPoliciesProjection,
  artifactsProjection,
  workspacesProjection,
  modelGroupsProjection,
  auditProjection,
  consumersProjection,
  webhooksProjection,
];
