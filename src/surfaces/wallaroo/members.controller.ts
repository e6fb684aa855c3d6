import { Controller, Post, Req } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AddWorkspaceMember, ListMembers, RemoveWorkspaceMember } from '../../features/workspaces/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { ChangesNothing } from '../../platform/http/changes-nothing.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { Answers, EitherCredential, ReadRefusals, WriteAnswers, WriteRefusals } from './answers.decorator.js';
import {
  EmptyResponse,
  MemberAdd,
  MemberListRequest,
  MemberListResponse,
  MemberRemove,
  MembersRemovedResponse,
  toMemberResponse,
  toUserNames,
  toUserType,
} from './dto/member.dto.js';
import { OwnWorkspace } from './own-workspace.js';
import { JsonBody } from './validation/body.decorator.js';

const NOT_AN_OWNER = 'The caller is a member, but no owner';

@ApiTags('Wallaroo workspaces')
@EitherCredential()
@Controller('v1/api/workspaces')
export class WallarooMembersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly own: OwnWorkspace,
  ) {}

  @Post('add_user')
  @ApiOperation({
    summary: 'Add a user to a workspace, or change his role there',
    description: 'The user must be known already; nobody is invited. The same again changes nothing.',
  })
  @ApiBody({ type: MemberAdd })
  @WriteAnswers(EmptyResponse, 'A member now')
  @WriteRefusals({
    400: 'Unknown, hidden or archived workspace; unknown, disabled or ambiguous user; the last owner',
    403: NOT_AN_OWNER,
  })
  async add(
    @JsonBody(MemberAdd) body: MemberAdd,
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
    @Req() request: FastifyRequest,
  ): Promise<WriteAnswer<EmptyResponse>> {
    const user = toUserNames(body);
    await this.own.ensure(request, caller);
    const { position } = await this.commands.execute(
      new AddWorkspaceMember(body.workspace_id, user, toUserType(body), caller, context),
    );
    return new WriteAnswer(200, {}, { position });
  }

  @Post('list_users')
  @ChangesNothing()
  @ApiOperation({ summary: 'List the members of a workspace' })
  @ApiBody({ type: MemberListRequest })
  @Answers(MemberListResponse, 'The oldest membership first')
  @ReadRefusals({ 400: 'Unknown or hidden workspace' })
  async list(
    @JsonBody(MemberListRequest) body: MemberListRequest,
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<MemberListResponse> {
    await this.own.ensure(request, caller);
    const members = await this.queries.execute(new ListMembers(body.workspace_id, caller));
    return { users: members.map(toMemberResponse) };
  }

  @Post('remove_user')
  @ApiOperation({
    summary: 'Take a user out of a workspace',
    description: 'Who is no member, or not known at all, need not be removed: no rows are affected then.',
  })
  @ApiBody({ type: MemberRemove })
  @WriteAnswers(MembersRemovedResponse, 'No member now')
  @WriteRefusals({
    400: 'Unknown or hidden workspace; the last owner; the default workspace of the user; an ambiguous user',
    403: NOT_AN_OWNER,
  })
  async remove(
    @JsonBody(MemberRemove) body: MemberRemove,
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
    @Req() request: FastifyRequest,
  ): Promise<WriteAnswer<MembersRemovedResponse>> {
    const user = toUserNames(body);
    await this.own.ensure(request, caller);
    const { position, removed } = await this.commands.execute(
      new RemoveWorkspaceMember(body.workspace_id, user, caller, context),
    );
    return new WriteAnswer(200, { affected_rows: removed ? 1 : 0 }, { position });
  }
}
