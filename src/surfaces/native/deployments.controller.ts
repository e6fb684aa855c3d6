import { Controller, Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ListOpenRequestIds } from '../../features/change-requests/index.js';
import { GetDeploymentAsOf, ReportDeploymentStatus } from '../../features/deployments/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { Clock } from '../../platform/clock/clock.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { AdminReadRefusals, AdminWriteRefusals, EitherCredential } from './answers.decorator.js';
import { parseAsOf } from './as-of.js';
import {
  DeploymentQuery,
  DeploymentResponse,
  StatusReportDto,
  toDeploymentResponse,
} from './dto/deployment.dto.js';
import { IdPath } from './dto/path.dto.js';
import { Valid } from './validation/valid.decorator.js';

const NOT_FOUND = ['deployment-not-found', 'No such deployment'] as const;

@ApiTags('Deployments')
@EitherCredential()
@Controller('governance/v1/deployments')
export class GovernedDeploymentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  @Get(':id')
  @ApiOperation({ summary: 'The governed state of a deployment, now or as of then, folded from the log' })
  @ApiParam({ name: 'id', type: String, format: 'uuid' })
  @ApiQuery({
    name: 'asOf',
    required: false,
    description:
      'A log position, up to and with it; or an RFC 3339 time, up to the last event at or before it',
    examples: {
      position: { value: '1042' },
      time: { value: '2026-01-31T09:30:00.000Z' },
    },
  })
  @ApiResponse({ status: 200, type: DeploymentResponse })
  @AdminReadRefusals({
    404: ['deployment-not-found', 'No such deployment, or not yet at that point'],
    422: ['invalid-request', "`asOf` is malformed, or more than 5 s ahead of the server's clock"],
  })
  async get(
    @Valid({ path: IdPath, query: DeploymentQuery })
    { path, query }: { path: IdPath; query: DeploymentQuery },
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeploymentResponse> {
    const point = parseAsOf(query.asOf, this.clock.now());
    const { deployment, asOf } = await this.queries.execute(new GetDeploymentAsOf(path.id, point));
    requireAdmin(caller);
    void reply.header('etag', `"${deployment.revision}"`);
    const open = await this.openRequests(path.id, point === null ? null : asOf.position);
    return toDeploymentResponse(deployment, open, asOf);
  }

  @Post(':id/status')
  @HttpCode(200)
  @ApiOperation({
    summary: "The serving platform's report on a deployment",
    description:
      'Only where SERVING_PLATFORM is `reports`: without a serving platform a deployment is active once it is started.',
  })
  @ApiParam({ name: 'id', type: String, format: 'uuid' })
  @ApiBody({ type: StatusReportDto })
  @ApiResponse({ status: 200, type: DeploymentResponse })
  @AdminWriteRefusals({
    404: NOT_FOUND,
    409: [
      'no-serving-platform',
      'No serving platform is configured, or the present status does not allow this one',
    ],
  })
  async report(
    @Valid({ path: IdPath, body: StatusReportDto }) { path, body }: { path: IdPath; body: StatusReportDto },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<DeploymentResponse>> {
    const { status, service_url, replica_count, ready_replicas, error_message } = body;
    const report = {
      status,
      ...(service_url !== undefined && { serviceUrl: service_url }),
      ...(replica_count !== undefined && { replicaCount: replica_count }),
      ...(ready_replicas !== undefined && { readyReplicas: ready_replicas }),
      ...(error_message !== undefined && { errorMessage: error_message }),
    };
    const view = await this.commands.execute(new ReportDeploymentStatus(path.id, report, caller, context));
    const asOf = { position: view.position, time: view.updatedAt };
    const open = await this.openRequests(path.id, null);
    return new WriteAnswer(200, toDeploymentResponse(view, open, asOf), view);
  }

  private async openRequests(deploymentId: string, asOf: bigint | null): Promise<readonly string[]> {
    const open = await this.queries.execute(new ListOpenRequestIds([deploymentId], asOf));
    return open.get(deploymentId) ?? [];
  }
}
