import { Controller, Get, HttpCode, Inject, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  CancelChangeRequest,
  GetChangeRequest,
  ListChangeRequests,
  OpenChangeRequest,
  ResolveChangeRequest,
  ReviseChangeRequest,
  type ChangeRequestView,
} from '../../features/change-requests/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { Answers, EitherCredential, Listed, ReadRefusals, WriteRefusals } from './answers.decorator.js';
import {
  ChangeRequestCreate,
  ChangeRequestResponse,
  ChangeRequestsQuery,
  ChangeRequestUpdate,
  ChangeRequestUpdateStatus,
  toChangeRequestResponse,
  toFilter,
  toNewRequest,
  toRevision,
} from './dto/change-request.dto.js';
import { toOrder } from './dto/list.dto.js';
import { absolute, listResponse, type ListResponse } from './paging.js';
import { changeRequestPath, slashed, statusPath } from './paths.js';
import { Sent } from './request.js';
import { applicationStatusId } from './status-id.js';

const NOT_FOUND = 'No such change request, or none that the caller may see';

const requestAnswer = (status: number, request: ChangeRequestView): WriteAnswer<ChangeRequestResponse> =>
  new WriteAnswer(status, toChangeRequestResponse(request), request);

/** What the caller can't see does not exist for him, whatever else is wrong with what he sent. */
@ApiTags('Change requests')
@EitherCredential()
@Controller('api/v2/changeRequests')
export class ChangeRequestsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get(slashed())
  @ApiOperation({
    summary: 'List the change requests that the caller may see',
    description: 'All filters that are given must hold.',
  })
  @ApiQuery({ type: ChangeRequestsQuery })
  @Listed(ChangeRequestResponse)
  @ReadRefusals()
  async list(
    @Sent({ query: ChangeRequestsQuery }) sent: () => { query: ChangeRequestsQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ListResponse<ChangeRequestResponse>> {
    const { query } = sent();
    const page = await this.queries.execute(
      new ListChangeRequests(toFilter(query), toOrder(query.orderBy), query, caller),
    );
    return listResponse(page, toChangeRequestResponse, query, request, this.config.publicUrl);
  }

  @Post(slashed())
  @ApiOperation({
    summary: 'Request a change of a deployment',
    description: 'Without a policy that asks for an approval the request is approved at once.',
  })
  @ApiBody({ type: ChangeRequestCreate })
  @Answers(201, { type: ChangeRequestResponse, description: 'Requested', written: true, entity: true })
  @WriteRefusals({
    403: 'The caller may not change the deployment',
    404: 'No such deployment, or none that the caller may see',
    409: 'The same is requested already, or it would change nothing',
    422: 'The payload is not that of the action, or it refers to something that is not there',
  })
  async open(
    @Sent({ body: ChangeRequestCreate }) sent: () => { body: ChangeRequestCreate },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<ChangeRequestResponse>> {
    const command = new OpenChangeRequest(toNewRequest(sent().body), caller, context);
    return requestAnswer(201, await this.commands.execute(command));
  }

  @Get(slashed(':changeRequestId'))
  @ApiOperation({ summary: 'Show a change request' })
  @Answers(200, { type: ChangeRequestResponse, description: 'The request', entity: true })
  @ReadRefusals({ 404: NOT_FOUND })
  async get(
    @Param('changeRequestId') changeRequestId: string,
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ChangeRequestResponse> {
    const request = await this.queries.execute(new GetChangeRequest(changeRequestId, caller));
    void reply.header('etag', `"${request.revision}"`);
    return toChangeRequestResponse(request);
  }

  @Patch(slashed(':changeRequestId'))
  @ApiOperation({
    summary: 'Change a change request',
    description: 'Another `change` makes a new version, which needs approvals of its own.',
  })
  @ApiBody({ type: ChangeRequestUpdate })
  @Answers(200, {
    type: ChangeRequestResponse,
    description: 'As it is now',
    written: true,
    entity: true,
  })
  @WriteRefusals({
    403: 'The caller is not the requester',
    404: NOT_FOUND,
    409: 'The request is closed, is being applied, or would change nothing',
  })
  async revise(
    @Param('changeRequestId') changeRequestId: string,
    @Sent({ body: ChangeRequestUpdate }) sent: () => { body: ChangeRequestUpdate },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<ChangeRequestResponse>> {
    const { action } = await this.queries.execute(new GetChangeRequest(changeRequestId, caller));
    const revision = toRevision(action, sent().body);
    const command = new ReviseChangeRequest(changeRequestId, revision, caller, context);
    return requestAnswer(200, await this.commands.execute(command));
  }

  @Patch(slashed(':changeRequestId/status'))
  @HttpCode(200)
  @ApiOperation({ summary: 'Apply an approved change, or cancel the request' })
  @ApiBody({ type: ChangeRequestUpdateStatus })
  @Answers(200, {
    type: ChangeRequestUpdateStatus,
    description: 'Begun, or cancelled; Location says where to look for the outcome',
    written: true,
    location: true,
  })
  @WriteRefusals({
    403: 'The caller may not resolve, or not cancel it',
    404: NOT_FOUND,
    409: 'The request is closed, is being applied, or is not approved',
  })
  async setStatus(
    @Param('changeRequestId') changeRequestId: string,
    @Sent({ body: ChangeRequestUpdateStatus }) sent: () => { body: ChangeRequestUpdateStatus },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
    @Req() request: FastifyRequest,
  ): Promise<WriteAnswer<ChangeRequestUpdateStatus>> {
    await this.queries.execute(new GetChangeRequest(changeRequestId, caller));
    const { status } = sent().body;
    const answer = (position: bigint, path: string): WriteAnswer<ChangeRequestUpdateStatus> =>
      new WriteAnswer(
        200,
        { status },
        { position },
        { location: absolute(request, this.config.publicUrl, path) },
      );
    if (status === 'cancelled') {
      const command = new CancelChangeRequest(changeRequestId, caller, context);
      const { position } = await this.commands.execute(command);
      return answer(position, changeRequestPath(changeRequestId));
    }
    const command = new ResolveChangeRequest(changeRequestId, caller, context);
    const { attempt, position } = await this.commands.execute(command);
    return answer(position, statusPath(applicationStatusId(changeRequestId, attempt)));
  }
}
