import { Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ChangeWebhook,
  GetWebhook,
  ListWebhooks,
  RegisterWebhook,
  RotateWebhookSecret,
  type WebhookChange,
  type WebhookWithSecret,
} from '../../features/webhooks/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { ShowsSealedSecret } from '../../platform/http/shows-secret.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { requireAdminFor } from './admin.js';
import { AdminReadRefusals, AdminWriteRefusals, EitherCredential, Listed } from './answers.decorator.js';
import { toPageMark } from './cursor.js';
import { limitOf, ListQuery } from './dto/list.dto.js';
import { IdPath } from './dto/path.dto.js';
import {
  RedeliverDto,
  RegisteredWebhookResponse,
  ReplayDto,
  RotatedWebhookResponse,
  toRegisteredResponse,
  toRotatedResponse,
  toTerms,
  toWebhookResponse,
  WebhookDto,
  WebhookResponse,
} from './dto/webhook.dto.js';
import { listResponse, type ListResponse } from './lists.js';
import { Valid } from './validation/valid.decorator.js';
import { pointAtField } from './webhook-refusals.js';

const NOT_FOUND = ['webhook-not-found', 'No such webhook'] as const;
const ID = { name: 'id', type: String, format: 'uuid' } as const;
const SCOPE = ['webhooks'];

const repeatedHeader = ({ repeated }: WebhookWithSecret): Readonly<Record<string, string>> =>
  repeated ? { 'idempotent-replayed': 'true' } : {};

@ApiTags('Webhooks')
@EitherCredential()
@Controller('governance/v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @HttpCode(201)
  @ShowsSealedSecret()
  @ApiOperation({
    summary: 'Have events sent to a receiver, from now on',
    description:
      'Signed as Standard Webhooks asks; the secret is in this answer and in no other. Without a filter every event is ' +
      'sent but those of webhooks themselves.',
  })
  @ApiBody({ type: WebhookDto })
  @ApiResponse({ status: 201, type: RegisteredWebhookResponse })
  @AdminWriteRefusals({
    409: [
      'webhook-secret-key-missing',
      'Replicas share the log and no WEBHOOK_SECRET_KEY was given, or there are 100 webhooks already',
    ],
    422: ['target-not-allowed', 'The url, or the address it leads to, is not allowed'],
  })
  async register(
    @Valid({ body: WebhookDto }) { body }: { body: WebhookDto },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<RegisteredWebhookResponse>> {
    requireAdmin(caller);
    const registered = await this.commands
      .execute(new RegisterWebhook(toTerms(body), context))
      .catch(pointAtField);
    const answer = toRegisteredResponse(registered);
    return new WriteAnswer(201, answer, registered.webhook, repeatedHeader(registered));
  }

  @Get()
  @ApiOperation({ summary: 'List webhooks, oldest first' })
  @Listed(WebhookResponse)
  @AdminReadRefusals()
  async list(
    @Valid({ query: ListQuery }) { query }: { query: ListQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse<WebhookResponse>> {
    const from = toPageMark(query.cursor, SCOPE);
    requireAdmin(caller);
    const page = await this.queries.execute(new ListWebhooks({ limit: limitOf(query), from }));
    return listResponse(page, toWebhookResponse, SCOPE, request, reply, this.config.publicUrl);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Show a webhook, and how far it has come' })
  @ApiParam(ID)
  @ApiResponse({ status: 200, type: WebhookResponse })
  @AdminReadRefusals({ 404: NOT_FOUND })
  async get(
    @Valid({ path: IdPath }) { path }: { path: IdPath },
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookResponse> {
    const webhook = await this.queries.execute(new GetWebhook(path.id));
    requireAdmin(caller);
    void reply.header('etag', `"${webhook.revision}"`);
    return toWebhookResponse(webhook);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a webhook: nothing is sent any more, and its deliveries are forgotten' })
  @ApiParam(ID)
  @ApiResponse({ status: 204, description: 'Deleted' })
  @AdminWriteRefusals({ 404: NOT_FOUND })
  async delete(
    @Valid({ path: IdPath }) { path }: { path: IdPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    const { position } = await this.change(path.id, { type: 'DeleteWebhook' }, caller, context);
    return new WriteAnswer(204, undefined, { position });
  }

  @Post(':id/pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send nothing until it is resumed; nothing is lost meanwhile' })
  @ApiParam(ID)
  @ApiResponse({ status: 200, type: WebhookResponse })
  @AdminWriteRefusals({ 404: NOT_FOUND, 409: ['webhook-disabled', 'It is disabled'] })
  async pause(
    @Valid({ path: IdPath }) { path }: { path: IdPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<WebhookResponse>> {
    return this.changed(path.id, { type: 'PauseWebhook' }, caller, context);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Go on where it stood, after a pause or after it was disabled' })
  @ApiParam(ID)
  @ApiResponse({ status: 200, type: WebhookResponse })
  @AdminWriteRefusals({ 404: NOT_FOUND })
  async resume(
    @Valid({ path: IdPath }) { path }: { path: IdPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<WebhookResponse>> {
    return this.changed(path.id, { type: 'ResumeWebhook' }, caller, context);
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @ShowsSealedSecret()
  @ApiOperation({ summary: 'Get a new secret; the one before signs beside it for 24 hours' })
  @ApiParam(ID)
  @ApiResponse({ status: 200, type: RotatedWebhookResponse })
  @AdminWriteRefusals({
    404: NOT_FOUND,
    409: ['too-many-secrets', 'Five secrets sign already, or no WEBHOOK_SECRET_KEY was given'],
  })
  async rotate(
    @Valid({ path: IdPath }) { path }: { path: IdPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<RotatedWebhookResponse>> {
    await requireAdminFor(caller, () => this.queries.execute(new GetWebhook(path.id)));
    const rotated = await this.commands.execute(new RotateWebhookSecret(path.id, context));
    return new WriteAnswer(200, toRotatedResponse(rotated), rotated.webhook, repeatedHeader(rotated));
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Send every event after a position, whether or not it was sent before',
    description: 'A later position than where it stands passes over what lies between.',
  })
  @ApiParam(ID)
  @ApiBody({ type: ReplayDto })
  @ApiResponse({ status: 200, type: WebhookResponse })
  @AdminWriteRefusals({
    404: NOT_FOUND,
    422: ['position-beyond-end', "A position beyond the log's end"],
  })
  async replay(
    @Valid({ path: IdPath, body: ReplayDto }) { path, body }: { path: IdPath; body: ReplayDto },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<WebhookResponse>> {
    return this.changed(path.id, { type: 'ReplayWebhook', after: BigInt(body.after) }, caller, context);
  }

  @Post(':id/redeliver')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send the dead letters of a range of positions again' })
  @ApiParam(ID)
  @ApiBody({ type: RedeliverDto })
  @ApiResponse({ status: 200, type: WebhookResponse })
  @AdminWriteRefusals({
    404: NOT_FOUND,
    422: ['range-malformed', 'The range ends before it begins'],
  })
  async redeliver(
    @Valid({ path: IdPath, body: RedeliverDto }) { path, body }: { path: IdPath; body: RedeliverDto },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<WebhookResponse>> {
    const range = { from: BigInt(body.from), to: BigInt(body.to) };
    return this.changed(path.id, { type: 'RedeliverRange', ...range }, caller, context);
  }

  private async changed(
    id: string,
    change: WebhookChange,
    caller: Principal,
    context: CommandContext,
  ): Promise<WriteAnswer<WebhookResponse>> {
    const webhook = await this.change(id, change, caller, context);
    return new WriteAnswer(200, toWebhookResponse(webhook), webhook);
  }

  private async change(id: string, change: WebhookChange, caller: Principal, context: CommandContext) {
    await requireAdminFor(caller, () => this.queries.execute(new GetWebhook(id)));
    return this.commands.execute(new ChangeWebhook(id, change, context)).catch(pointAtField);
  }
}
