export * from './commands.js';
export * from './queries.js';
export type { DeliveryAttempt, DeliveryStatus, DeliveryView, WebhookView } from './webhook.view.js';
export { webhooksProjection } from './webhooks.projection.js';
export { WebhooksModule } from './webhooks.module.js';
