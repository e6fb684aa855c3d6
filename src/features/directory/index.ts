export * from './commands.js';
export * from './queries.js';
export type { GroupView, PskView, UserView } from './directory.view.js';
export type { UserEntry } from '../../domain/directory/user.decider.js';
