import { Controller, Get, HttpCode, Inject, Patch, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ArchiveWorkspace,
  GetWorkspace,
  ListMemberProfiles,
  ListWorkspaces,
  RenameWorkspace,
  RestoreWorkspace,
  type WorkspaceView,
} from '../../features/workspaces/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { EitherCredential, Listed, ReadRefusals, WriteRefusals } from './answers.decorator.js';
import { toPageMark } from './cursor.js';
import { limitOf, ListQuery } from './dto/list.dto.js';
import {
  MemberResponse,
  toMemberResponse,
  toWorkspaceFilter,
  toWorkspaceResponse,
  WorkspaceDto,
  workspaceIdOf,
  WorkspaceListQuery,
  WorkspacePath,
  WorkspaceResponse,
} from './dto/workspace.dto.js';
import { listResponse, type ListResponse } from './lists.js';
import { Valid } from './validation/valid.decorator.js';

const NOT_FOUND = ['workspace-not-found', 'No such workspace, or none that the caller may see'] as const;
const NOT_AN_OWNER = ['owner-required', 'The caller is a member, but no owner'] as const;
const ID = { name: 'id', schema: { type: 'integer', minimum: 1 } } as const;

const written = (workspace: WorkspaceView): WriteAnswer<WorkspaceResponse> =>
  new WriteAnswer(200, toWorkspaceResponse(workspace), workspace);

/** For members what they are in, for administrators and the platform key all. */
@ApiTags('Workspaces')
@EitherCredential()
@Controller('governance/v1/workspaces')
export class WorkspacesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List the workspaces that the caller may see, oldest first' })
  @ApiQuery({ name: 'archived', required: false, schema: { type: 'boolean' }, description: 'Absent: both' })
  @ApiQuery({ name: 'name', required: false, description: 'The whole name', example: 'fraud-models' })
  @Listed(WorkspaceResponse)
  @ReadRefusals()
  async list(
    @Valid({ query: WorkspaceListQuery }) { query }: { query: WorkspaceListQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse<WorkspaceResponse>> {
    const scope = ['workspaces', query.archived ?? null, query.name ?? null];
    const from = toPageMark(query.cursor, scope);
    const page = await this.queries.execute(
      new ListWorkspaces(toWorkspaceFilter(query), { limit: limitOf(query), from }, caller),
    );
    return listResponse(page, toWorkspaceResponse, scope, request, reply, this.config.publicUrl);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Show a workspace' })
  @ApiParam(ID)
  @ApiResponse({ status: 200, type: WorkspaceResponse })
  @ReadRefusals({ 404: NOT_FOUND })
  async get(
    @Valid({ path: WorkspacePath }) { path }: { path: WorkspacePath },
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceResponse> {
    const workspace = await this.queries.execute(new GetWorkspace(workspaceIdOf(path), caller));
    void reply.header('etag', `"${workspace.revision}"`);
    return toWorkspaceResponse(workspace);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Give a workspace another name', description: 'For owners and administrators.' })
  @ApiParam(ID)
  @ApiBody({ type: WorkspaceDto })
  @ApiResponse({ status: 200, type: WorkspaceResponse, description: 'Renamed, or called so already' })
  @WriteRefusals({
    403: NOT_AN_OWNER,
    404: NOT_FOUND,
    409: ['workspace-name-taken', 'The name is in use, or the workspace is archived or a default workspace'],
  })
  async rename(
    @Valid({ path: WorkspacePath, body: WorkspaceDto })
    { path, body }: { path: WorkspacePath; body: WorkspaceDto },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<WorkspaceResponse>> {
    const command = new RenameWorkspace(workspaceIdOf(path), body.name, caller, context);
    return written(await this.commands.execute(command));
  }

  @Post(':id/archive')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Archive a workspace: nobody and nothing new comes in',
    description: 'For owners and administrators. Once more changes nothing.',
  })
  @ApiParam(ID)
  @ApiResponse({ status: 200, type: WorkspaceResponse })
  @WriteRefusals({
    403: NOT_AN_OWNER,
    404: NOT_FOUND,
    409: ['default-workspace', 'It is the default workspace of a user'],
  })
  async archive(
    @Valid({ path: WorkspacePath }) { path }: { path: WorkspacePath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<WorkspaceResponse>> {
    return written(await this.commands.execute(new ArchiveWorkspace(workspaceIdOf(path), caller, context)));
  }

  @Post(':id/restore')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take a workspace out of the archive',
    description: 'For owners and administrators. Once more changes nothing.',
  })
  @ApiParam(ID)
  @ApiResponse({ status: 200, type: WorkspaceResponse })
  @WriteRefusals({ 403: NOT_AN_OWNER, 404: NOT_FOUND })
  async restore(
    @Valid({ path: WorkspacePath }) { path }: { path: WorkspacePath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<WorkspaceResponse>> {
    return written(await this.commands.execute(new RestoreWorkspace(workspaceIdOf(path), caller, context)));
  }

  @Get(':id/members')
  @ApiOperation({ summary: 'List the members of a workspace with their names, the oldest membership first' })
  @ApiParam(ID)
  @Listed(MemberResponse)
  @ReadRefusals({ 404: NOT_FOUND })
  async members(
    @Valid({ path: WorkspacePath, query: ListQuery })
    { path, query }: { path: WorkspacePath; query: ListQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse<MemberResponse>> {
    const scope = ['workspaceMembers', path.id];
    const from = toPageMark(query.cursor, scope);
    const page = await this.queries.execute(
      new ListMemberProfiles(workspaceIdOf(path), { limit: limitOf(query), from }, caller),
    );
    return listResponse(page, toMemberResponse, scope, request, reply, this.config.publicUrl);
  }
}
