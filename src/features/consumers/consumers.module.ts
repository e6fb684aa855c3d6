import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import {
  GetConsumerHandler,
  ListConsumersHandler,
  RemoveConsumerHandler,
  StoreConsumerPositionHandler,
} from './consumer.handlers.js';
import { Consumers } from './consumers.js';

/** Positions of those who read the feed or the stream and keep none of their own. */
@Module({
  imports: [AuditModule],
  providers: [
    Consumers,
    StoreConsumerPositionHandler,
    RemoveConsumerHandler,
    GetConsumerHandler,
    ListConsumersHandler,
  ],
  exports: [Consumers],
})
export class ConsumersModule {}
