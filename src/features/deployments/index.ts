export * from './commands.js';
export * from './queries.js';
export type { DeploymentRunView, DeploymentView } from './deployment.view.js';
export { DeploymentDirectory, type DeploymentEntry } from './deployment-directory.js';
export { deploymentsProjection } from './deployments.projection.js';
export { DeploymentsModule } from './deployments.module.js';
