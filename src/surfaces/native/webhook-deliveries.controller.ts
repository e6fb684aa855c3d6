import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ChangeWebhook, GetWebhook, ListDeliveries, TestWebhook } from '../../features/webhooks/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { ChangesNothing } from '../../platform/http/changes-nothing.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { requireAdminFor } from './admin.js';
import { AdminReadRefusals, AdminWriteRefusals, EitherCredential, Listed } from './answers.decorator.js';
import { toPageMark } from './cursor.js';
import { limitOf } from './dto/list.dto.js';
import { IdPath } from './dto/path.dto.js';
import {
  DELIVERY_STATUSES,
  DeliveryListQuery,
  DeliveryPath,
  DeliveryResponse,
  toDeliveryResponse,
  toWebhookResponse,
  WebhookResponse,
  WebhookTestResponse,
} from './dto/webhook.dto.js';
import { listResponse, type ListResponse } from './lists.js';
import { Valid } from './validation/valid.decorator.js';

const NOT_FOUND = ['webhook-not-found', 'No such webhook'] as const;
const ID = { name: 'id', type: String, format: 'uuid' } as const;

@ApiTags('Webhooks')
@EitherCredential()
@Controller('governance/v1/webhooks/:id')
export class WebhookDeliveriesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get('deliveries')
  @ApiOperation({
    summary: 'What became of events, the latest events first',
    description:
      'Delivered ones: the latest 10,000. Those that are retried or were given up (dead letters) stay until they are ' +
      'delivered.',
  })
  @ApiParam(ID)
  @ApiQuery({ name: 'status', required: false, enum: DELIVERY_STATUSES })
  @Listed(DeliveryResponse)
  @AdminReadRefusals({ 404: NOT_FOUND })
  async list(
    @Valid({ path: IdPath, query: DeliveryListQuery })
    { path, query }: { path: IdPath; query: DeliveryListQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse<DeliveryResponse>> {
    const status = query.status ?? null;
    const scope = ['webhook-deliveries', path.id, status];
    const from = toPageMark(query.cursor, scope);
    await requireAdminFor(caller, () => this.queries.execute(new GetWebhook(path.id)));
    const page = await this.queries.execute(
      new ListDeliveries(path.id, status, { limit: limitOf(query), from }),
    );
    return listResponse(page, toDeliveryResponse, scope, request, reply, this.config.publicUrl);
  }

  @Post('deliveries/:deliveryId/redeliver')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send one event again that was delivered or given up' })
  @ApiParam(ID)
  @ApiParam({ name: 'deliveryId', type: String, format: 'uuid' })
  @ApiResponse({ status: 200, type: WebhookResponse })
  @AdminWriteRefusals({
    404: ['delivery-not-found', 'No such webhook, or no such delivery'],
    409: ['delivery-retrying', 'It is being retried already'],
  })
  async redeliver(
    @Valid({ path: DeliveryPath }) { path }: { path: DeliveryPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<WebhookResponse>> {
    await requireAdminFor(caller, () => this.queries.execute(new GetWebhook(path.id)));
    const change = { type: 'RedeliverOne', eventId: path.deliveryId } as const;
    const webhook = await this.commands.execute(new ChangeWebhook(path.id, change, context));
    return new WriteAnswer(200, toWebhookResponse(webhook), webhook);
  }

  @Post('test')
  @HttpCode(200)
  @ChangesNothing()
  @ApiOperation({
    summary: 'Send a test event at once, and show what came of it',
    description:
      'A countersign.webhook.WebhookTested, signed like every other. It stands in no log and has no place in the order, ' +
      'and nothing follows from the answer.',
  })
  @ApiParam(ID)
  @ApiResponse({ status: 200, type: WebhookTestResponse })
  @AdminReadRefusals({ 404: NOT_FOUND })
  async test(
    @Valid({ path: IdPath }) { path }: { path: IdPath },
    @CurrentPrincipal() caller: Principal,
  ): Promise<WebhookTestResponse> {
    await this.queries.execute(new GetWebhook(path.id));
    requireAdmin(caller);
    return this.commands.execute(new TestWebhook(path.id));
  }
}
