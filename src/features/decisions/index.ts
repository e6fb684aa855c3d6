export * from './decision.js';
export { explanationOf } from './explanation.js';
export { Decisions } from './decisions.service.js';
export { DecisionsModule } from './decisions.module.js';
