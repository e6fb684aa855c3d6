export * from './commands.js';
export * from './queries.js';
export type { DeploymentRunView, DeploymentView } from './deployment.view.js';
export { rowToView, type DeploymentRow } from './deployment-rows.js';
export { DeploymentDirectory, type DeploymentEntry } from './deployment-directory.js';
export { DeploymentWriter, type WrittenDeployment } from './deployment-writer.js';
export { deploymentsProjection } from './deployments.projection.js';
export { DeploymentsModule } from './deployments.module.js';
