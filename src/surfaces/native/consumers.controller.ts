import { Controller, Delete, Get, HttpCode, Inject, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/shared/domain-error.js';
import {
  GetConsumer,
  ListConsumers,
  RemoveConsumer,
  StoreConsumerPosition,
} from '../../features/consumers/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { requireAdminFor } from './admin.js';
import { AdminReadRefusals, AdminWriteRefusals, EitherCredential, Listed } from './answers.decorator.js';
import { toPageMark } from './cursor.js';
import {
  ConsumerPath,
  ConsumerPositionDto,
  ConsumerResponse,
  toConsumerResponse,
} from './dto/consumer.dto.js';
import { limitOf, ListQuery } from './dto/list.dto.js';
import { listResponse, type ListResponse } from './lists.js';
import { Valid } from './validation/valid.decorator.js';

const NOT_FOUND = ['consumer-not-found', 'No such consumer'] as const;
const NAME = { name: 'name', type: String, example: 'siem' } as const;

const pointAtPosition = (error: unknown): never => {
  if (!(error instanceof DomainError) || error.code !== 'position-beyond-end') throw error;
  throw new HttpProblem(422, error.code, error.message, {
    errors: [{ location: ['body', 'position'], message: 'lies beyond the end of the log' }],
  });
};

@ApiTags('Events')
@EitherCredential()
@Controller('governance/v1/consumers')
export class ConsumersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List the stored positions of consumers, and how far behind they are' })
  @Listed(ConsumerResponse)
  @AdminReadRefusals()
  async list(
    @Valid({ query: ListQuery }) { query }: { query: ListQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse<ConsumerResponse>> {
    const scope = ['consumers'];
    const from = toPageMark(query.cursor, scope);
    requireAdmin(caller);
    const page = await this.queries.execute(new ListConsumers({ limit: limitOf(query), from }));
    return listResponse(page, toConsumerResponse, scope, request, reply, this.config.publicUrl);
  }

  @Get(':name')
  @ApiOperation({ summary: 'Show how far a consumer has read' })
  @ApiParam(NAME)
  @ApiResponse({ status: 200, type: ConsumerResponse })
  @AdminReadRefusals({ 404: NOT_FOUND })
  async show(
    @Valid({ path: ConsumerPath }) { path: { name } }: { path: ConsumerPath },
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConsumerResponse> {
    await requireAdminFor(caller, () => this.queries.execute(new GetConsumer(name)));
    const consumer = await this.queries.execute(new GetConsumer(name));
    void reply.header('etag', `"${consumer.revision}"`);
    return toConsumerResponse(consumer);
  }

  @Put(':name')
  @ApiOperation({
    summary: 'Store how far a consumer has read',
    description:
      'The same position again changes nothing. Store it after what was read is safe, never before.',
  })
  @ApiParam(NAME)
  @ApiBody({ type: ConsumerPositionDto })
  @ApiResponse({ status: 200, type: ConsumerResponse, description: 'Stored, or stored already' })
  @AdminWriteRefusals({
    409: ['too-many-consumers', 'There are 1,000 consumers already'],
    422: ['position-beyond-end', 'The position lies beyond the end of the log'],
  })
  async store(
    @Valid({ path: ConsumerPath, body: ConsumerPositionDto })
    { path: { name }, body: { position } }: { path: ConsumerPath; body: ConsumerPositionDto },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<ConsumerResponse>> {
    requireAdmin(caller);
    const stored = await this.commands
      .execute(new StoreConsumerPosition(name, BigInt(position), context))
      .catch(pointAtPosition);
    const { revision } = stored.consumer;
    return new WriteAnswer(200, toConsumerResponse(stored.consumer), { position: stored.position, revision });
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({ summary: 'Keep the position of a consumer no longer' })
  @ApiParam(NAME)
  @ApiResponse({ status: 204, description: 'Removed' })
  @AdminWriteRefusals({ 404: NOT_FOUND })
  async remove(
    @Valid({ path: ConsumerPath }) { path: { name } }: { path: ConsumerPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    await requireAdminFor(caller, () => this.queries.execute(new GetConsumer(name)));
    const { position } = await this.commands.execute(new RemoveConsumer(name, context));
    return new WriteAnswer(204, undefined, { position });
  }
}
