import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { eventSchema } from '../../features/event-contract/index.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { EitherCredential, ReadRefusals } from './answers.decorator.js';
import { SchemaPath } from './dto/events.dto.js';
import { Valid } from './validation/valid.decorator.js';

@ApiTags('Events')
@EitherCredential()
@Controller('governance/v1/schemas')
export class SchemasController {
  @Get(':eventType/:version')
  @ApiOperation({
    summary: 'The JSON Schema (2020-12) of the data of an event type in one version',
    description:
      'Where the `dataschema` of an event leads. Within a version members are only added, and only such that may be ' +
      'absent: pass over what you do not know.',
  })
  @ApiParam({ name: 'eventType', type: String, example: 'RolesReplaced' })
  @ApiParam({ name: 'version', type: String, example: '1' })
  @ApiResponse({
    status: 200,
    description: 'A schema',
    content: { 'application/schema+json': { schema: { type: 'object' } } },
  })
  @ReadRefusals({ 404: ['schema-not-found', 'No such event type, or it never had this version'] })
  show(
    @Valid({ path: SchemaPath }) { path: { eventType, version } }: { path: SchemaPath },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    const schema = /^[1-9]\d{0,5}$/.test(version) ? eventSchema(eventType, Number(version)) : undefined;
    if (schema === undefined)
      throw new HttpProblem(404, 'schema-not-found', `There is no version ${version} of ${eventType}`);
    void reply.type('application/schema+json; charset=utf-8');
    return JSON.stringify(schema);
  }
}
