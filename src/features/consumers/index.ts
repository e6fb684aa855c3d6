export * from './commands.js';
export * from './queries.js';
export type { ConsumerView } from './consumer.view.js';
export { Consumers } from './consumers.js';
export { ConsumersModule } from './consumers.module.js';
export { consumersProjection } from './consumers.projection.js';
export { CONSUMER_NAME } from './streams.js';
