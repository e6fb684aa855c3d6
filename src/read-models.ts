import { auditProjection } from './features/audit/audit.projection.js';
import { deploymentsProjection } from './features/deployments/deployments.projection.js';
import type { Projection } from './projections/projection.js';

/** Every read model of this build: the running service feeds them, `npm run rebuild` builds them anew. */
export const projections: readonly Projection[] = [deploymentsProjection, auditProjection];
