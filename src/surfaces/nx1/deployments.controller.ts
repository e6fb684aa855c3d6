import { Controller, Delete, Get, HttpCode, Post, Put, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  ArchiveDeployment,
  FindDeployment,
  ListDeployments,
  RegisterDeployment,
  ReplaceRoles,
  StartDeployment,
  StopDeployment,
  type DeploymentView,
} from '../../features/deployments/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import {
  EitherCredential,
  EntityAnswer,
  ReadRefusals,
  WriteRefusals,
  WrittenAnswer,
} from './answers.decorator.js';
import { AllowedRolesUpdate } from './dto/allowed-roles-update.dto.js';
import { DeploymentCreate, toNewDeployment } from './dto/deployment-create.dto.js';
import { DeploymentPath, ModelPath } from './dto/deployment-path.dto.js';
import { DeploymentResponse, toDeploymentResponse } from './dto/deployment-response.dto.js';
import { DeploymentListQuery } from './dto/list-queries.dto.js';
import { Valid } from './valid.decorator.js';

const entityAnswer = (status: number, view: DeploymentView): WriteAnswer<DeploymentResponse> =>
  new WriteAnswer(status, toDeploymentResponse(view), view);

const NOT_FOUND = 'No such deployment of this model';
const NOT_MANAGER =
  'The caller may not manage it: with a user PSK a listed role is needed, with a token also the owner and admins may';

@ApiTags('Deployments')
@EitherCredential()
@Controller('api/models/:model/deployments')
export class DeploymentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create a deployment of this model' })
  @EntityAnswer(201, DeploymentResponse, 'Created; without a serving platform it is active at once', {
    written: true,
  })
  @WriteRefusals({ 403: 'The owner named is not the caller', 409: 'The model has a deployment of this name' })
  async create(
    @Valid({ path: ModelPath, body: DeploymentCreate })
    { path, body }: { path: ModelPath; body: DeploymentCreate },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<DeploymentResponse>> {
    const command = new RegisterDeployment(toNewDeployment(path.model, body), caller, context);
    return entityAnswer(201, await this.commands.execute(command));
  }

  @Get()
  @ApiOperation({ summary: "List this model's deployments, oldest first" })
  @ApiResponse({
    status: 200,
    description: 'One page',
    type: [DeploymentResponse],
    headers: {
      'X-Total-Count': { description: 'How many there are on all pages', schema: { type: 'integer' } },
    },
  })
  @ReadRefusals()
  async list(
    @Valid({ path: ModelPath, query: DeploymentListQuery })
    { path, query }: { path: ModelPath; query: DeploymentListQuery },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<readonly DeploymentResponse[]> {
    const { status, type, limit, offset } = query;
    // Who asks for archived ones by their status need not say it twice.
    const includeArchived = query.include_archived || status === 'archived';
    const filter = { ...(status && { status }), ...(type && { type }), includeArchived, limit, offset };
    const page = await this.queries.execute(new ListDeployments(path.model, filter));
    reply.header('x-total-count', String(page.total));
    return page.deployments.map(toDeploymentResponse);
  }

  @Get(':name')
  @ApiOperation({ summary: 'Show a deployment' })
  @EntityAnswer(200, DeploymentResponse, 'The deployment', { written: false })
  @ReadRefusals({ 404: NOT_FOUND })
  async get(
    @Valid({ path: DeploymentPath }) { path }: { path: DeploymentPath },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeploymentResponse> {
    const view = await this.queries.execute(new FindDeployment(path.model, path.name));
    reply.header('etag', `"${view.revision}"`);
    return toDeploymentResponse(view);
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({ summary: 'Archive a deployment, for good' })
  @WrittenAnswer(204, 'Archived; its name stays taken')
  @WriteRefusals({ 403: NOT_MANAGER, 404: NOT_FOUND, 409: 'It is archived already' })
  async archive(
    @Valid({ path: DeploymentPath }) { path }: { path: DeploymentPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    const command = new ArchiveDeployment(path.model, path.name, caller, context);
    const { position } = await this.commands.execute(command);
    return new WriteAnswer(204, undefined, { position });
  }

  @Post(':name/stop')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stop a deployment' })
  @EntityAnswer(200, DeploymentResponse, 'The deployment as it is now', { written: true })
  @WriteRefusals({ 403: NOT_MANAGER, 404: NOT_FOUND, 409: 'Its status does not allow it' })
  async stop(
    @Valid({ path: DeploymentPath }) { path }: { path: DeploymentPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<DeploymentResponse>> {
    const command = new StopDeployment(path.model, path.name, caller, context);
    return entityAnswer(200, await this.commands.execute(command));
  }

  @Post(':name/start')
  @HttpCode(200)
  @ApiOperation({ summary: 'Start a stopped or failed deployment' })
  @EntityAnswer(200, DeploymentResponse, 'The deployment as it is now', { written: true })
  @WriteRefusals({ 403: NOT_MANAGER, 404: NOT_FOUND, 409: 'Its status does not allow it' })
  async start(
    @Valid({ path: DeploymentPath }) { path }: { path: DeploymentPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<DeploymentResponse>> {
    const command = new StartDeployment(path.model, path.name, caller, context);
    return entityAnswer(200, await this.commands.execute(command));
  }

  @Put(':name/allowed_roles')
  @ApiOperation({
    operationId: 'update_allowed_roles_api_models__model__deployments__name__allowed_roles_put',
    summary: 'Set the Keycloak roles allowed to invoke or manage this deployment',
    description:
      'Replaces the whole list, without repeats. With a user PSK the caller needs a role of the list as it is now. ' +
      'An empty list, or a body without the field, locks the deployment to the platform PSK. The same list again changes nothing.',
  })
  @EntityAnswer(200, DeploymentResponse, 'The deployment as it is now', { written: true })
  @WriteRefusals({ 403: NOT_MANAGER, 404: NOT_FOUND, 409: 'The deployment is archived' })
  async replaceRoles(
    @Valid({ path: DeploymentPath, body: AllowedRolesUpdate })
    { path, body }: { path: DeploymentPath; body: AllowedRolesUpdate },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<DeploymentResponse>> {
    const command = new ReplaceRoles(path.model, path.name, body.allowed_roles, caller, context);
    return entityAnswer(200, await this.commands.execute(command));
  }
}
