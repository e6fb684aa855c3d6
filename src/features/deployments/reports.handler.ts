import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { requireAccess, requireMayReportStatus } from '../../domain/deployment/access-refusals.js';
import { mayReportRun } from '../../domain/deployment/access.js';
import { findRun } from '../../domain/deployment/deployment.state.js';
import { deploymentNotFound } from '../../domain/deployment/refusals.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { derivedUuid } from '../../event-store/command-context.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { ReportDeploymentRun, ReportDeploymentStatus, type ReportedRun } from './commands.js';
import { DeploymentWriter } from './deployment-writer.js';
import { runView, type DeploymentView } from './deployment.view.js';
import { isDeploymentId } from './streams.js';

@CommandHandler(ReportDeploymentStatus)
export class ReportDeploymentStatusHandler implements ICommandHandler<ReportDeploymentStatus> {
  constructor(
    private readonly writer: DeploymentWriter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ deploymentId, report, caller, context }: ReportDeploymentStatus): Promise<DeploymentView> {
    const notFound = () => deploymentNotFound(deploymentId);
    if (!isDeploymentId(deploymentId)) throw notFound();
    const { status, ...details } = report;
    const { view } = await this.writer.write(
      deploymentId,
      { type: 'ReportStatus', deploymentId, status, details },
      context,
      {
        notFound,
        authorize: () => {
          requireMayReportStatus(caller);
          this.requireServingPlatform();
        },
      },
    );
    return view;
  }

  /** Without one a deployment is active as soon as it is started, and nobody is there who could know better. */
  private requireServingPlatform(): void {
    if (this.config.servingPlatform === 'reports') return;
    throw new DomainError(
      'conflict',
      'no-serving-platform',
      'No serving platform is configured, so nothing reports on deployments',
    );
  }
}

@CommandHandler(ReportDeploymentRun)
export class ReportDeploymentRunHandler implements ICommandHandler<ReportDeploymentRun> {
  constructor(private readonly writer: DeploymentWriter) {}

  async execute({ model, name, report, caller, context }: ReportDeploymentRun): Promise<ReportedRun> {
    const { airflowRunId } = report;
    const { deployment, view } = await this.writer.writeNamed(
      model,
      name,
      (deploymentId) => ({
        type: 'ReportRun',
        ...report,
        deploymentId,
        runId: derivedUuid('run', deploymentId, airflowRunId),
        now: context.now,
      }),
      context,
      (found) => requireAccess(mayReportRun, caller, found),
    );
    const run = findRun(deployment, airflowRunId);
    if (run === undefined) throw new Error(`run ${airflowRunId} was reported but is not known`);
    return { ...view, run: runView(run) };
  }
}
