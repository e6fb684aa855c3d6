import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Health, type Readiness } from '../../platform/health/health.js';
import { READINESS_EXAMPLE, READINESS_SCHEMA } from './readiness.schema.js';

@ApiTags('Operations')
@Controller()
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get('livez')
  @ApiOperation({ summary: 'Whether the process can answer' })
  @ApiResponse({
    status: 200,
    description: 'It can',
    schema: {
      type: 'object',
      properties: { status: { type: 'string', enum: ['ok'] } },
      required: ['status'],
    },
    example: { status: 'ok' },
  })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @ApiOperation({ summary: 'Whether requests should be sent here, and if not, why' })
  @ApiResponse({ status: 200, description: 'Yes', schema: READINESS_SCHEMA, example: READINESS_EXAMPLE })
  @ApiResponse({
    status: 503,
    description: 'Not now: `status` says why',
    schema: READINESS_SCHEMA,
    example: { ...READINESS_EXAMPLE, status: 'stopping' },
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.health.readiness();
    void reply.code(readiness.status === 'ok' ? 200 : 503).header('cache-control', 'no-store');
    return readiness;
  }
}
