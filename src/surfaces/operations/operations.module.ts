import { Module } from '@nestjs/common';
import { Health } from '../../platform/health/health.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

@Module({
  providers: [Health],
  controllers: [HealthController, MetricsController],
})
export class OperationsModule {}
