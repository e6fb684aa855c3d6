import { Controller, Get, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Consumers } from '../../features/consumers/index.js';
import { MeasureWebhooks } from '../../features/webhooks/index.js';
import { Health } from '../../platform/health/health.js';
import { Metrics } from '../../platform/metrics/metrics.js';

@ApiTags('Operations')
@Controller()
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly health: Health,
    private readonly consumers: Consumers,
    private readonly queries: QueryBus,
  ) {}

  @Get('metrics')
  @ApiOperation({ summary: 'What this process counts and measures, as OpenMetrics' })
  @ApiProduces('application/openmetrics-text')
  @ApiResponse({
    status: 200,
    description: 'Names start with countersign_',
    schema: { type: 'string' },
    example: 'countersign_event_store_up 1',
  })
  async scrape(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { store, projections } = await this.health.readiness();
    void reply.type(this.metrics.contentType);
    return this.metrics.text({
      eventStoreUp: store.reachable,
      projections: projections.map(({ name, lag, state }) => ({ name, lag, failed: state === 'failed' })),
      consumers: this.consumers.lags(),
      webhooks: await this.queries.execute(new MeasureWebhooks()),
    });
  }
}
