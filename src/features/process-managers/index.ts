export { ProcessManagers } from './process-managers.js';
export { ProcessManagersModule } from './process-managers.module.js';
export type { Task, ToDoList } from './to-do-list.js';
export { systemContext } from './system-context.js';
