import { Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { ReportDeploymentRun } from '../../features/deployments/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { WriteRefusals, WrittenAnswer } from './answers.decorator.js';
import { DeploymentPath } from './dto/deployment-path.dto.js';
import { DeploymentRunSummary, toRunSummary } from './dto/deployment-response.dto.js';
import { DeploymentRunReport } from './dto/run-report.dto.js';
import { Valid } from './valid.decorator.js';

@ApiTags('Deployments')
@ApiSecurity('psk')
@Controller('api/models/:model/deployments/:name/runs')
export class DeploymentRunsController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Report a batch run',
    description:
      'Called by the orchestrator. A run that is known by its airflow_run_id is updated; a finished one stays as it is.',
  })
  @WrittenAnswer(200, 'The run as it is now', DeploymentRunSummary)
  @WriteRefusals({
    403: 'A token, or a user PSK without a listed role',
    404: 'No such deployment of this model',
    409: 'The run finished with another status, or the deployment is archived',
  })
  async report(
    @Valid({ path: DeploymentPath, body: DeploymentRunReport })
    { path, body }: { path: DeploymentPath; body: DeploymentRunReport },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<DeploymentRunSummary>> {
    const report = {
      airflowRunId: body.airflow_run_id,
      status: body.status,
      rowsScored: body.rows_scored,
      errorMessage: body.error_message,
    };
    const command = new ReportDeploymentRun(path.model, path.name, report, caller, context);
    const { run, position } = await this.commands.execute(command);
    return new WriteAnswer(200, toRunSummary(run), { position });
  }
}
