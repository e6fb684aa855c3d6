import { Module } from '@nestjs/common';
import { Health } from '../../platform/health/health.js';
import { FallbackSurface } from './fallback.surface.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

@Module({
  providers: [Health, FallbackSurface],
  controllers: [HealthController, MetricsController],
})
export class OperationsModule {}
