export * from './commands.js';
export * from './queries.js';
export { DirectChangesModule } from './direct-changes.module.js';
