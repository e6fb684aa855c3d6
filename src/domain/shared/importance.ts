/** How much depends on a deployment. */
export type Importance = 'CRITICAL' | 'HIGH' | 'MODERATE' | 'LOW';

/** The highest first. */
export const IMPORTANCES: readonly Importance[] = ['CRITICAL', 'HIGH', 'MODERATE', 'LOW'];
