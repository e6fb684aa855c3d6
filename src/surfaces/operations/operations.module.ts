import { Module } from '@nestjs/common';
import { ConsumersModule } from '../../features/consumers/index.js';
import { HttpModule } from '../../platform/http/http.module.js';
import { Health } from '../../platform/health/health.js';
import { ApiDocument } from './api-document.js';
import { AsyncApiController } from './asyncapi.controller.js';
import { DocsController } from './docs.controller.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

@Module({
  imports: [HttpModule, ConsumersModule],
  providers: [Health, ApiDocument],
  controllers: [HealthController, MetricsController, DocsController, AsyncApiController],
})
export class OperationsModule {}
