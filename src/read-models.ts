import type { Projection } from './projections/projection.js';

/** Every read model of this build: the running service feeds them, `npm run rebuild` builds them anew. */
export const projections: readonly Projection[] = [];
