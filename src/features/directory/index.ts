export * from './commands.js';
export * from './queries.js';
export { directoryProjection } from './directory.projection.js';
export { GroupDirectory, type KnownGroup } from './group-directory.js';
export { DirectoryModule } from './directory.module.js';
export type { GroupView, PskView, RecordedUser, UserView } from './directory.view.js';
export type { UserEntry } from '../../domain/directory/user.decider.js';
