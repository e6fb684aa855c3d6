export * from './commands.js';
export * from './queries.js';
export type { DeploymentView } from './deployment.view.js';
