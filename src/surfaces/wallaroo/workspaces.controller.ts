import { Controller, Post, Req } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CreateWorkspace, ListVisibleWorkspaces } from '../../features/workspaces/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { ChangesNothing } from '../../platform/http/changes-nothing.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { Answers, EitherCredential, ReadRefusals, WriteAnswers, WriteRefusals } from './answers.decorator.js';
import {
  toMemberIds,
  toWorkspaceResponse,
  WorkspaceCreate,
  WorkspaceCreatedResponse,
  WorkspaceListRequest,
  WorkspaceListResponse,
} from './dto/workspace.dto.js';
import { OwnWorkspace } from './own-workspace.js';
import { JsonBody, OptionalJsonBody } from './validation/body.decorator.js';

@ApiTags('Wallaroo workspaces')
@EitherCredential()
@Controller('v1/api/workspaces')
export class WallarooWorkspacesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly own: OwnWorkspace,
  ) {}

  @Post('list')
  @ChangesNothing()
  @ApiOperation({
    summary: 'List the workspaces that the caller may see, archived ones included',
    description: 'For users those in which they are members; for administrators and the platform key all.',
  })
  @ApiBody({ type: WorkspaceListRequest, required: false })
  @Answers(WorkspaceListResponse, 'By id')
  @ReadRefusals()
  async list(
    @OptionalJsonBody(WorkspaceListRequest) body: WorkspaceListRequest,
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<WorkspaceListResponse> {
    await this.own.ensure(request, caller);
    const found = await this.queries.execute(new ListVisibleWorkspaces(toMemberIds(body), caller));
    return { workspaces: found.map(toWorkspaceResponse) };
  }

  @Post('create')
  @ApiOperation({ summary: 'Create a workspace; the caller becomes its owner' })
  @ApiBody({ type: WorkspaceCreate })
  @WriteAnswers(WorkspaceCreatedResponse, 'Created')
  @WriteRefusals({
    400: 'The name is no DNS label, or is in use',
    403: 'Called with the platform key, which is no user',
  })
  async create(
    @JsonBody(WorkspaceCreate) body: WorkspaceCreate,
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
    @Req() request: FastifyRequest,
  ): Promise<WriteAnswer<WorkspaceCreatedResponse>> {
    await this.own.ensure(request, caller);
    const command = new CreateWorkspace(body.workspace_name, caller, context);
    const { workspaceId, position } = await this.commands.execute(command);
    return new WriteAnswer(200, { workspace_id: workspaceId }, { position });
  }
}
