import { describe, expect, it } from '@jest/globals';
import { deciderSpec, GIVEN_AT } from '../../../test/support/decider-spec.js';
import { DEPLOYMENT_ID, ledTo, registered, runReported } from '../../../test/support/deployment-events.js';
import { deploymentDecider } from './deployment.decider.js';
import type { RunStatus } from './deployment.events.js';
import { findRun, isRegistered, type DeploymentState } from './deployment.state.js';
import type { ReportRun } from './report-run.js';

const given = deciderSpec(deploymentDecider);
const NOW = '2026-02-02T02:02:02.000Z';
const START = '2026-02-01T00:00:00.000Z';
const batch = registered({ type: 'batch' });

const report = (status: RunStatus, more: Partial<ReportRun> = {}): ReportRun => ({
  type: 'ReportRun',
  deploymentId: DEPLOYMENT_ID,
  runId: 'run-1',
  airflowRunId: 'manual__1',
  status,
  rowsScored: null,
  errorMessage: null,
  now: NOW,
  ...more,
});

const asDeployment = (state: DeploymentState) => {
  if (!isRegistered(state)) throw new Error('not registered');
  return state;
};

describe('the first report of a run', () => {
  it.each([
    { status: 'queued', startedAt: null, finishedAt: null },
    { status: 'running', startedAt: NOW, finishedAt: null },
    { status: 'succeeded', startedAt: null, finishedAt: NOW },
    { status: 'failed', startedAt: null, finishedAt: NOW },
  ] as const)('as $status says when it started and finished, as far as known', ({ status, ...times }) =>
    given(batch)
      .when(report(status, { rowsScored: 5, errorMessage: 'e' }))
      .then(runReported({ status, rowsScored: 5, errorMessage: 'e', ...times })),
  );

  it('counts the runs', () =>
    given(batch, runReported(), runReported({ status: 'running', startedAt: START }))
      .when(report('queued', { runId: 'run-2', airflowRunId: 'manual__2' }))
      .then(runReported({ runId: 'run-2', airflowRunId: 'manual__2', runNumber: 2 })));

  it('is refused for an archived deployment', () =>
    given(...ledTo('archived'))
      .when(report('queued'))
      .thenRejects('deployment-archived'));
});

describe('a later report of the same run', () => {
  const running = runReported({ status: 'running', rowsScored: 10, startedAt: START });

  it('updates it under its first id and number, and keeps its start', () =>
    given(batch, running)
      .when(report('succeeded', { runId: 'another', rowsScored: 99 }))
      .then(runReported({ status: 'succeeded', rowsScored: 99, startedAt: START, finishedAt: NOW })));

  it('keeps what it does not say', () =>
    given(batch, running)
      .when(report('failed', { errorMessage: 'out of memory' }))
      .then(
        runReported({
          status: 'failed',
          rowsScored: 10,
          errorMessage: 'out of memory',
          startedAt: START,
          finishedAt: NOW,
        }),
      ));

  it('changes nothing when it says nothing new', () => {
    given(batch, running).when(report('running')).thenNothing();
    given(batch, running)
      .when(report('running', { rowsScored: 10 }))
      .thenNothing();
  });

  it('is recorded when the rows scored have changed', () =>
    given(batch, running)
      .when(report('running', { rowsScored: 0 }))
      .then(runReported({ status: 'running', rowsScored: 0, startedAt: START })));

  for (const finished of ['succeeded', 'failed'] as const) {
    const events = [batch, runReported({ status: finished, rowsScored: 7, finishedAt: START })];

    it(`leaves a run that has ${finished} as it is`, () =>
      given(...events)
        .when(report(finished, { rowsScored: 8, errorMessage: 'late' }))
        .thenNothing());

    it.each((['queued', 'running', 'succeeded', 'failed'] as const).filter((status) => status !== finished))(
      `can't turn one that has ${finished} into %s`,
      (status) =>
        given(...events)
          .when(report(status))
          .thenRejects('run-finished', { status: finished }),
    );
  }
});

describe('the last run', () => {
  const second = runReported({ runId: 'run-2', airflowRunId: 'manual__2', runNumber: 2, status: 'running' });

  it('is the one first reported last, also when an earlier one finishes after it', () => {
    const late = runReported({ status: 'succeeded', rowsScored: 3, finishedAt: START });
    const state = asDeployment(given(batch, runReported(), second, late).state());
    expect(state.lastRun).toMatchObject({ runId: 'run-2', status: 'running' });
    expect(findRun(state, 'manual__1')).toMatchObject({ status: 'succeeded', rowsScored: 3 });
    expect(state.updatedAt).toBe(GIVEN_AT);
  });

  it('follows its own reports', () =>
    expect(
      asDeployment(given(batch, second, { ...second, data: { ...second.data, rowsScored: 4 } }).state())
        .lastRun,
    ).toMatchObject({ runNumber: 2, rowsScored: 4 }));

  it('is unknown for a run never reported', () =>
    expect(findRun(asDeployment(given(batch, second).state()), 'manual__1')).toBeUndefined());
});
