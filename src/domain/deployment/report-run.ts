import { DomainError } from '../shared/domain-error.js';
import type { DeploymentEvent, RunStatus } from './deployment.events.js';
import { findRun, type DeploymentRun, type DeploymentState } from './deployment.state.js';
import { requireChangeable } from './refusals.js';

export interface ReportRun {
  readonly type: 'ReportRun';
  readonly deploymentId: string;
  /** Taken when the run is new. */
  readonly runId: string;
  readonly airflowRunId: string;
  readonly status: RunStatus;
  /** `null`: not reported, what was reported before is kept. */
  readonly rowsScored: number | null;
  readonly errorMessage: string | null;
  /** RFC 3339. */
  readonly now: string;
}

const isFinished = (status: RunStatus): boolean => status === 'succeeded' || status === 'failed';

/** What is known of the run after the report; its start and end are the times of the reports that first told of them. */
const merge = (known: DeploymentRun | undefined, report: ReportRun, nextNumber: number): DeploymentRun => ({
  runId: known?.runId ?? report.runId,
  airflowRunId: report.airflowRunId,
  runNumber: known?.runNumber ?? nextNumber,
  status: report.status,
  rowsScored: report.rowsScored ?? known?.rowsScored ?? null,
  errorMessage: report.errorMessage ?? known?.errorMessage ?? null,
  startedAt: known?.startedAt ?? (report.status === 'running' ? report.now : null),
  finishedAt: isFinished(report.status) ? report.now : null,
});

const bringsNothingNew = (known: DeploymentRun, merged: DeploymentRun): boolean =>
  known.status === merged.status &&
  known.rowsScored === merged.rowsScored &&
  known.errorMessage === merged.errorMessage;

/** Upsert by `airflowRunId`; a finished run neither changes nor reopens. */
export const reportRun = (command: ReportRun, state: DeploymentState): readonly DeploymentEvent[] => {
  const deployment = requireChangeable(state, command.deploymentId);
  const known = findRun(deployment, command.airflowRunId);
  if (known !== undefined && isFinished(known.status)) {
    if (known.status === command.status) return [];
    throw new DomainError(
      'conflict',
      'run-finished',
      `Run '${command.airflowRunId}' has already ${known.status}`,
      { status: known.status },
    );
  }
  const run = merge(known, command, (deployment.lastRun?.runNumber ?? 0) + 1);
  if (known !== undefined && bringsNothingNew(known, run)) return [];
  const { deploymentId, model, name } = deployment;
  return [{ type: 'DeploymentRunReported', data: { deploymentId, model, name, ...run } }];
};
