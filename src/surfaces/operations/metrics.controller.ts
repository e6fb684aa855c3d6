import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Health } from '../../platform/health/health.js';
import { Metrics } from '../../platform/metrics/metrics.js';

@Controller()
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly health: Health,
  ) {}

  @Get('metrics')
  async scrape(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { store, projections } = await this.health.readiness();
    void reply.type(this.metrics.contentType);
    return this.metrics.text({
      eventStoreUp: store.reachable,
      projections: projections.map(({ name, lag, state }) => ({ name, lag, failed: state === 'failed' })),
    });
  }
}
