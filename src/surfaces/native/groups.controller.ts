import { Controller, Delete, Get, HttpCode, Inject, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DeleteGroup, GetGroup, ListGroups, RecordGroup } from '../../features/directory/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { requireAdminFor } from './admin.js';
import { AdminReadRefusals, AdminWriteRefusals, EitherCredential, Listed } from './answers.decorator.js';
import { toPageMark } from './cursor.js';
import { GroupDto, GroupResponse, toGroupResponse } from './dto/group.dto.js';
import { limitOf, ListQuery } from './dto/list.dto.js';
import { GroupPath } from './dto/path.dto.js';
import { listResponse, type ListResponse } from './lists.js';
import { Valid } from './validation/valid.decorator.js';

const NOT_FOUND = ['group-not-found', 'No such group'] as const;
const SCOPE = ['groups'];

@ApiTags('Directory')
@EitherCredential()
@Controller('governance/v1/groups')
export class GroupsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List groups, oldest first' })
  @Listed(GroupResponse)
  @AdminReadRefusals()
  async list(
    @Valid({ query: ListQuery }) { query }: { query: ListQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse<GroupResponse>> {
    const from = toPageMark(query.cursor, SCOPE);
    requireAdmin(caller);
    const page = await this.queries.execute(new ListGroups({ limit: limitOf(query), from }));
    return listResponse(page, toGroupResponse, SCOPE, request, reply, this.config.publicUrl);
  }

  @Get(':groupId')
  @ApiOperation({ summary: 'Show a group and its members' })
  @ApiParam({ name: 'groupId', type: String })
  @ApiResponse({ status: 200, type: GroupResponse })
  @AdminReadRefusals({ 404: NOT_FOUND })
  async get(
    @Valid({ path: GroupPath }) { path }: { path: GroupPath },
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GroupResponse> {
    const group = await this.queries.execute(new GetGroup(path.groupId));
    requireAdmin(caller);
    void reply.header('etag', `"${group.revision}"`);
    return toGroupResponse(group);
  }

  @Put(':groupId')
  @ApiOperation({ summary: 'Record a group, or give it another name' })
  @ApiParam({ name: 'groupId', type: String })
  @ApiBody({ type: GroupDto })
  @ApiResponse({ status: 200, type: GroupResponse, description: 'Changed, or equal already' })
  @ApiResponse({ status: 201, type: GroupResponse, description: 'New' })
  @AdminWriteRefusals()
  async record(
    @Valid({ path: GroupPath, body: GroupDto }) { path, body }: { path: GroupPath; body: GroupDto },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<GroupResponse>> {
    requireAdmin(caller);
    const command = new RecordGroup(path.groupId, body.name, context);
    const { group, created, ...written } = await this.commands.execute(command);
    return new WriteAnswer(created ? 201 : 200, toGroupResponse(group), written);
  }

  @Delete(':groupId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a group; its members leave it' })
  @ApiParam({ name: 'groupId', type: String })
  @ApiResponse({ status: 204, description: 'Deleted' })
  @AdminWriteRefusals({ 404: NOT_FOUND })
  async delete(
    @Valid({ path: GroupPath }) { path }: { path: GroupPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    await requireAdminFor(caller, () => this.queries.execute(new GetGroup(path.groupId)));
    const { position } = await this.commands.execute(new DeleteGroup(path.groupId, context));
    return new WriteAnswer(204, undefined, { position });
  }
}
