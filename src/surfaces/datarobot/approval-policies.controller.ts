import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  CreatePolicy,
  DeletePolicy,
  GetPolicy,
  ListPolicies,
  requireApprovalAdmin,
  UpdatePolicy,
  type PolicyView,
} from '../../features/approval-policies/index.js';
import { ListPolicyRequests } from '../../features/change-requests/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { Answers, EitherCredential, Listed, ReadRefusals, WriteRefusals } from './answers.decorator.js';
import {
  ApprovalPolicy,
  ApprovalPolicyResponse,
  ChangeRequestInfoResponse,
  PoliciesQuery,
  ShareableQuery,
  toInfoResponse,
  toPolicyResponse,
  toTerms,
} from './dto/approval-policy.dto.js';
import { toOrder } from './dto/list.dto.js';
import { listResponse, type ListResponse } from './paging.js';
import { slashed } from './paths.js';
import { Sent } from './request.js';

const NOT_ADMIN = 'The caller may not manage approval policies';
const NOT_FOUND = 'No such approval policy';

const policyAnswer = (status: number, policy: PolicyView): WriteAnswer<ApprovalPolicyResponse> =>
  new WriteAnswer(status, toPolicyResponse(policy), policy);

/** Who may manage no policies learns that first, whatever else is wrong; then whether there is such a policy. */
@ApiTags('Approval policies')
@EitherCredential()
@Controller('api/v2/approvalPolicies')
export class ApprovalPoliciesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get(slashed())
  @ApiOperation({ summary: 'List approval policies, oldest first' })
  @ApiQuery({ type: PoliciesQuery })
  @Listed(ApprovalPolicyResponse)
  @ReadRefusals({ 403: NOT_ADMIN })
  async list(
    @Sent({ query: PoliciesQuery }) sent: () => { query: PoliciesQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ListResponse<ApprovalPolicyResponse>> {
    requireApprovalAdmin(caller);
    const { query } = sent();
    const { entityType, namePart } = query;
    const filter = { ...(entityType && { entityType }), ...(namePart !== undefined && { namePart }) };
    const page = await this.queries.execute(new ListPolicies(filter, query, caller));
    return listResponse(page, toPolicyResponse, query, request, this.config.publicUrl);
  }

  @Post(slashed())
  @ApiOperation({ summary: 'Create an approval policy' })
  @ApiBody({ type: ApprovalPolicy })
  @Answers(201, { type: ApprovalPolicyResponse, description: 'Created', written: true, entity: true })
  @WriteRefusals({ 403: NOT_ADMIN, 422: 'A group is not known, or the trigger is none that there is' })
  async create(
    @Sent({ body: ApprovalPolicy }) sent: () => { body: ApprovalPolicy },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<ApprovalPolicyResponse>> {
    requireApprovalAdmin(caller);
    const command = new CreatePolicy(toTerms(sent().body), caller, context);
    return policyAnswer(201, await this.commands.execute(command));
  }

  @Get(slashed(':approvalPolicyId'))
  @ApiOperation({ summary: 'Show an approval policy' })
  @Answers(200, { type: ApprovalPolicyResponse, description: 'The policy', entity: true })
  @ReadRefusals({ 403: NOT_ADMIN, 404: NOT_FOUND })
  async get(
    @Param('approvalPolicyId') policyId: string,
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ApprovalPolicyResponse> {
    const policy = await this.queries.execute(new GetPolicy(policyId, caller));
    void reply.header('etag', `"${policy.revision}"`);
    return toPolicyResponse(policy);
  }

  @Put(slashed(':approvalPolicyId'))
  @ApiOperation({
    summary: 'Replace an approval policy as a whole',
    description: 'Open change requests are held to the policy as it was when their version was made.',
  })
  @ApiBody({ type: ApprovalPolicy })
  @Answers(200, { type: ApprovalPolicyResponse, description: 'Replaced', written: true, entity: true })
  @WriteRefusals({ 403: NOT_ADMIN, 404: NOT_FOUND })
  async replace(
    @Param('approvalPolicyId') policyId: string,
    @Sent({ body: ApprovalPolicy }) sent: () => { body: ApprovalPolicy },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<ApprovalPolicyResponse>> {
    await this.queries.execute(new GetPolicy(policyId, caller));
    const command = new UpdatePolicy(policyId, toTerms(sent().body), caller, context);
    return policyAnswer(200, await this.commands.execute(command));
  }

  @Delete(slashed(':approvalPolicyId'))
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete an approval policy',
    description: 'Open change requests go on with what was asked of them; their timers stop.',
  })
  @Answers(204, { description: 'Deleted', written: true })
  @WriteRefusals({ 403: NOT_ADMIN, 404: NOT_FOUND })
  async delete(
    @Param('approvalPolicyId') policyId: string,
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    const { position } = await this.commands.execute(new DeletePolicy(policyId, caller, context));
    return new WriteAnswer(204, undefined, { position });
  }

  @Get(slashed(':approvalPolicyId/shareableChangeRequests'))
  @ApiOperation({ summary: 'List the change requests that are held to a policy' })
  @ApiQuery({ type: ShareableQuery })
  @Listed(ChangeRequestInfoResponse)
  @ReadRefusals({ 403: NOT_ADMIN, 404: NOT_FOUND })
  async shareable(
    @Param('approvalPolicyId') policyId: string,
    @Sent({ query: ShareableQuery }) sent: () => { query: ShareableQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ListResponse<ChangeRequestInfoResponse>> {
    await this.queries.execute(new GetPolicy(policyId, caller));
    const { query } = sent();
    const page = await this.queries.execute(
      new ListPolicyRequests(policyId, toOrder(query.orderBy), query, caller),
    );
    return listResponse(page, toInfoResponse, query, request, this.config.publicUrl);
  }
}
