import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { asyncApiDocument } from '../../features/event-contract/index.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { productVersion } from '../../platform/product-version.js';

@ApiTags('Operations')
@Controller()
export class AsyncApiController {
  private readonly text: string;

  constructor(@Inject(CONFIG) { publicUrl }: Config) {
    this.text = JSON.stringify(asyncApiDocument({ publicUrl, version: productVersion() }));
  }

  @Get('asyncapi.json')
  @ApiOperation({ summary: 'The events that downstream systems can get, and how' })
  @ApiResponse({ status: 200, description: 'AsyncAPI 3', schema: { type: 'object' } })
  asyncapi(@Res() reply: FastifyReply): void {
    void reply.type('application/json; charset=utf-8').send(this.text);
  }
}
