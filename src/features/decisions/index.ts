export * from './decision.js';
export { Decisions } from './decisions.service.js';
export { DecisionsModule } from './decisions.module.js';
