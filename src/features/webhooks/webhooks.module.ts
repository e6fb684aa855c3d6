import { Module } from '@nestjs/common';
import { EventStore } from '../../event-store/event-store.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { AuditModule } from '../audit/index.js';
import { LogFollowerModule } from '../log-follower/index.js';
import { DeliveryBook } from './delivery-book.js';
import { RegisterWebhookHandler } from './register-webhook.handler.js';
import { Redeliveries } from './sending/redeliveries.js';
import { WebhookSenders } from './sending/webhook-senders.js';
import { SecretBox } from './signing/secret-box.js';
import { TestWebhookHandler } from './test-webhook.handler.js';
import { WebhookBook } from './webhook-book.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { ChangeWebhookHandler, RotateWebhookSecretHandler } from './webhook.handlers.js';
import {
  GetWebhookHandler,
  ListDeliveriesHandler,
  ListWebhooksHandler,
  MeasureWebhooksHandler,
} from './webhook.queries.js';

/** Events sent to receivers by HTTP: signed, in order per entity, until they have them. */
@Module({
  imports: [AuditModule, LogFollowerModule],
  providers: [
    {
      provide: SecretBox,
      inject: [CONFIG, EventStore],
      useFactory: (config: Config, store: EventStore) => SecretBox.of(config, store),
    },
    WebhookSecrets,
    Redeliveries,
    WebhookSenders,
    WebhookBook,
    DeliveryBook,
    RegisterWebhookHandler,
    RotateWebhookSecretHandler,
    ChangeWebhookHandler,
    TestWebhookHandler,
    GetWebhookHandler,
    ListWebhooksHandler,
    ListDeliveriesHandler,
    MeasureWebhooksHandler,
  ],
})
export class WebhooksModule {}
