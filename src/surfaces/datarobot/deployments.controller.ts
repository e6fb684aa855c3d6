import { Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/shared/domain-error.js';
import {
  ChangeDeployment,
  GetGovernedDeployment,
  ListGovernedDeployments,
  UpdateDeployment,
  type DirectChange,
  type GovernedDeploymentView,
} from '../../features/direct-changes/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { Answers, EitherCredential, Listed, ReadRefusals, WriteRefusals } from './answers.decorator.js';
import { DeploymentPresenter } from './deployment.presenter.js';
import { CleanupStatsChange } from './dto/change.dto.js';
import {
  DeploymentDelete,
  DeploymentDeleteQuery,
  DeploymentModelUpdate,
  DeploymentResponse,
  DeploymentsQuery,
  DeploymentStatusUpdate,
  DeploymentUpdate,
  SecondaryDatasetConfigurationUpdate,
  toDetails,
  toGovernedFilter,
  toReplacement,
} from './dto/deployment.dto.js';
import { toOrder } from './dto/list.dto.js';
import { absolute, listResponse, type ListResponse } from './paging.js';
import { slashed, statusPath } from './paths.js';
import { Sent } from './request.js';
import { directChangeStatusId } from './status-id.js';

const NOT_FOUND = 'No such deployment, or none that the caller may see';
const WRITE_REFUSALS = {
  403: 'The caller may not change the deployment',
  404: NOT_FOUND,
  409: 'A policy asks for an approval, which policyId names; or nothing would change',
};
const ACCEPTED = {
  description: 'Done; Location answers as if it were to be waited for',
  written: true,
  location: true,
} as const;

/** A rule speaks of a change's fields as those of a request; here they stand in the body itself. */
const pointAtOwnField = (error: unknown): never => {
  const field = error instanceof DomainError && error.kind === 'invalid' ? error.details['field'] : undefined;
  if (!(error instanceof DomainError) || typeof field !== 'string') throw error;
  throw new HttpProblem(422, error.code, error.message, {
    errors: [{ location: ['body', field.replace(/^change\./, '')], message: error.message }],
  });
};

/** Changes made at once, as long as no policy asks for an approval. */
@ApiTags('Governed deployments')
@EitherCredential()
@Controller('api/v2/deployments')
export class DataRobotDeploymentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly presenter: DeploymentPresenter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get(slashed())
  @ApiOperation({ summary: 'List the deployments that the caller may see' })
  @ApiQuery({ type: DeploymentsQuery })
  @Listed(DeploymentResponse)
  @ReadRefusals()
  async list(
    @Sent({ query: DeploymentsQuery }) sent: () => { query: DeploymentsQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ListResponse<DeploymentResponse>> {
    const { query } = sent();
    const page = await this.queries.execute(
      new ListGovernedDeployments(toGovernedFilter(query), toOrder(query.orderBy), query, caller),
    );
    const present = (deployment: GovernedDeploymentView) => this.presenter.present(deployment);
    return listResponse(page, present, query, request, this.config.publicUrl);
  }

  @Get(slashed(':deploymentId'))
  @ApiOperation({ summary: 'Show a deployment and what is requested of it' })
  @Answers(200, { type: DeploymentResponse, description: 'The deployment', entity: true })
  @ReadRefusals({ 404: NOT_FOUND })
  async get(
    @Param('deploymentId') deploymentId: string,
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeploymentResponse> {
    const deployment = await this.visible(deploymentId, caller);
    void reply.header('etag', `"${deployment.revision}"`);
    return this.presenter.present(deployment);
  }

  @Patch(slashed(':deploymentId'))
  @HttpCode(204)
  @ApiOperation({ summary: 'Change label, description or importance' })
  @ApiBody({ type: DeploymentUpdate })
  @Answers(204, { description: 'Changed', written: true })
  @WriteRefusals(WRITE_REFUSALS)
  async update(
    @Param('deploymentId') deploymentId: string,
    @Sent({ body: DeploymentUpdate }) sent: () => { body: DeploymentUpdate },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    await this.visible(deploymentId, caller);
    const command = new UpdateDeployment(deploymentId, toDetails(sent().body), caller, context);
    const { position } = await this.commands.execute(command);
    return new WriteAnswer(204, undefined, { position });
  }

  @Delete(slashed(':deploymentId'))
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a deployment: it is archived, and not found here any more',
    description: 'What the body says wins over the query.',
  })
  @ApiQuery({ type: DeploymentDeleteQuery })
  @ApiBody({ type: DeploymentDelete, required: false })
  @Answers(204, { description: 'Archived', written: true })
  @WriteRefusals(WRITE_REFUSALS)
  async delete(
    @Param('deploymentId') deploymentId: string,
    @Sent({ query: DeploymentDeleteQuery, body: DeploymentDelete, bodyOptional: true })
    sent: () => { query: DeploymentDeleteQuery; body: DeploymentDelete },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    const position = await this.change(deploymentId, caller, context, () => {
      const { query, body } = sent();
      return {
        action: 'delete',
        defaultDeploymentId: body.defaultDeploymentId ?? query.defaultDeploymentId ?? null,
        ignoreManagementAgent: body.ignoreManagementAgent ?? query.ignoreManagementAgent ?? null,
      };
    });
    return new WriteAnswer(204, undefined, { position });
  }

  @Patch(slashed(':deploymentId/status'))
  @HttpCode(202)
  @ApiOperation({ summary: 'Start or stop a deployment' })
  @ApiBody({ type: DeploymentStatusUpdate })
  @Answers(202, ACCEPTED)
  @WriteRefusals(WRITE_REFUSALS)
  setStatus(
    @Param('deploymentId') deploymentId: string,
    @Sent({ body: DeploymentStatusUpdate }) sent: () => { body: DeploymentStatusUpdate },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
    @Req() request: FastifyRequest,
  ): Promise<WriteAnswer> {
    return this.accept(request, deploymentId, caller, context, () => ({
      action: 'changeStatus',
      status: sent().body.status,
    }));
  }

  @Patch(slashed(':deploymentId/model'))
  @HttpCode(202)
  @ApiOperation({ summary: 'Replace the model, or the model package' })
  @ApiBody({ type: DeploymentModelUpdate })
  @Answers(202, ACCEPTED)
  @WriteRefusals(WRITE_REFUSALS)
  replaceModel(
    @Param('deploymentId') deploymentId: string,
    @Sent({ body: DeploymentModelUpdate }) sent: () => { body: DeploymentModelUpdate },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
    @Req() request: FastifyRequest,
  ): Promise<WriteAnswer> {
    return this.accept(request, deploymentId, caller, context, () => toReplacement(sent().body));
  }

  @Patch(slashed(':deploymentId/model/secondaryDatasetConfiguration'))
  @HttpCode(202)
  @ApiOperation({ summary: 'Use another configuration of secondary datasets' })
  @ApiBody({ type: SecondaryDatasetConfigurationUpdate })
  @Answers(202, ACCEPTED)
  @WriteRefusals(WRITE_REFUSALS)
  updateConfiguration(
    @Param('deploymentId') deploymentId: string,
    @Sent({ body: SecondaryDatasetConfigurationUpdate })
    sent: () => { body: SecondaryDatasetConfigurationUpdate },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
    @Req() request: FastifyRequest,
  ): Promise<WriteAnswer> {
    return this.accept(request, deploymentId, caller, context, () => ({
      action: 'updateSecondaryDatasetConfigs',
      secondaryDatasetsConfigId: sent().body.secondaryDatasetsConfigId,
    }));
  }

  @Post(slashed(':deploymentId/monitoringDataDeletions'))
  @HttpCode(202)
  @ApiOperation({ summary: 'Delete monitoring data' })
  @ApiBody({ type: CleanupStatsChange })
  @Answers(202, ACCEPTED)
  @WriteRefusals(WRITE_REFUSALS)
  cleanUp(
    @Param('deploymentId') deploymentId: string,
    @Sent({ body: CleanupStatsChange }) sent: () => { body: CleanupStatsChange },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
    @Req() request: FastifyRequest,
  ): Promise<WriteAnswer> {
    return this.accept(request, deploymentId, caller, context, () => {
      const { dataType, start, end, modelId } = sent().body;
      return { action: 'cleanupStats', dataType, start, end, modelId };
    });
  }

  private visible(deploymentId: string, caller: Principal): Promise<GovernedDeploymentView> {
    return this.queries.execute(new GetGovernedDeployment(deploymentId, caller));
  }

  /** What the caller can't see does not exist for him, whatever else is wrong with what he sent. */
  private async change(
    deploymentId: string,
    caller: Principal,
    context: CommandContext,
    read: () => DirectChange,
  ): Promise<bigint> {
    await this.visible(deploymentId, caller);
    const { position } = await this.commands
      .execute(new ChangeDeployment(deploymentId, read(), caller, context))
      .catch(pointAtOwnField);
    return position;
  }

  private async accept(
    request: FastifyRequest,
    deploymentId: string,
    caller: Principal,
    context: CommandContext,
    read: () => DirectChange,
  ): Promise<WriteAnswer> {
    const position = await this.change(deploymentId, caller, context, read);
    const location = absolute(request, this.config.publicUrl, statusPath(directChangeStatusId(deploymentId)));
    return new WriteAnswer(202, undefined, { position }, { location });
  }
}
