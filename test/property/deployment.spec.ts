import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deploymentDecider } from '../../src/domain/deployment/deployment.decider.js';
import type { DeploymentEvent } from '../../src/domain/deployment/deployment.events.js';
import type { Recorded } from '../../src/domain/shared/decider.js';
import { DomainError } from '../../src/domain/shared/domain-error.js';
import {
  ArchiveDeployment,
  FindDeployment,
  GetDeployment,
  GetDeploymentAsOf,
  ListDeployments,
  RegisterDeployment,
  ReplaceRoles,
  ReportDeploymentRun,
  ReportDeploymentStatus,
  StartDeployment,
  StopDeployment,
  type DeploymentView,
} from '../../src/features/deployments/index.js';
import {
  context,
  DeploymentsFixture,
  newDeployment,
  platform,
  type Replica,
} from '../support/deployments.js';

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('\0'));
const role = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c', 'A') },
  { weight: 1, arbitrary: text },
);
const roles = fc.array(role, { maxLength: 5 });
const count = fc.constantFrom(null, 0, 1, 2);

/** Whatever somebody may send to a deployment; an archived one can do nothing any more, so that comes seldom. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('roles' as const), roles }) },
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constantFrom('start' as const, 'stop' as const, 'stop' as const) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('status' as const),
      report: fc.record(
        {
          status: fc.constantFrom('deploying' as const, 'active' as const, 'failed' as const),
          serviceUrl: fc.option(text),
          replicaCount: count,
          readyReplicas: count,
          errorMessage: fc.option(text),
        },
        { requiredKeys: ['status'] },
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('run' as const),
      report: fc.record({
        airflowRunId: fc.constantFrom('r1', 'r2', 'r3'),
        status: fc.constantFrom(
          'queued' as const,
          'running' as const,
          'succeeded' as const,
          'failed' as const,
        ),
        rowsScored: count,
        errorMessage: fc.option(text),
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('archive' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** On which of two replicas it arrives, and when: clocks differ, and step back. */
const sent = fc.record({
  step,
  replica: fc.constantFrom(0 as const, 1 as const),
  minute: fc.integer({ min: 0, max: 59 }),
});

const story = fc.record({
  registration: fc.record({
    allowedRoles: fc.option(roles),
    type: fc.constantFrom('batch', 'online'),
    owner: text,
  }),
  sent: fc.array(sent, { maxLength: 25 }),
});

const toCommand = ({ deploymentId, model, name }: DeploymentView, asked: Step, minute: number) => {
  const now = `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
  const sentAt = context({ now });
  switch (asked.type) {
    case 'roles':
      return new ReplaceRoles(model, name, asked.roles, platform, sentAt);
    case 'start':
      return new StartDeployment(model, name, platform, sentAt);
    case 'stop':
      return new StopDeployment(model, name, platform, sentAt);
    case 'archive':
      return new ArchiveDeployment(model, name, platform, sentAt);
    case 'status':
      return new ReportDeploymentStatus(deploymentId, asked.report, platform, sentAt);
    case 'run':
      return new ReportDeploymentRun(model, name, asked.report, platform, sentAt);
  }
};

const withoutRun = (view: DeploymentView & { run?: unknown }): DeploymentView => {
  const { run: _run, ...rest } = view;
  return rest;
};

describe('whatever is sent to a deployment', () => {
  let fixture: DeploymentsFixture;
  let replicas: readonly [Replica, Replica];
  let stories = 0;

  beforeAll(async () => {
    fixture = await DeploymentsFixture.open();
    // The two differ in how a start ends, as while an installation is reconfigured.
    replicas = [await fixture.replica('reports'), await fixture.replica('none')];
  });
  afterAll(() => fixture.close());

  const tell = async ({
    registration,
    sent: requests,
  }: typeof story extends fc.Arbitrary<infer S> ? S : never) => {
    const model = `model-${++stories}`;
    const [first] = replicas;
    const deployment = newDeployment({
      model,
      ...registration,
      type: registration.type as 'batch' | 'online',
    });
    const views = [await first.commands.execute(new RegisterDeployment(deployment, platform, context()))];
    for (const { step: asked, replica, minute } of requests) {
      const last = views.at(-1) as DeploymentView;
      try {
        const command = toCommand(last, asked, minute) as StopDeployment;
        views.push(withoutRun(await replicas[replica].commands.execute(command)));
      } catch (error) {
        if (!(error instanceof DomainError) || error.kind !== 'conflict') throw error;
      }
    }
    return views as [DeploymentView, ...DeploymentView[]];
  };

  const historyOf = async (deploymentId: string) => {
    const events: (Recorded<DeploymentEvent> & { readonly revision: bigint })[] = [];
    for await (const { type, data, revision, metadata } of replicas[0].store.readStream(
      `deployment-${deploymentId}`,
    )) {
      const { occurredAt } = metadata;
      events.push({ type, data, revision, occurredAt } as unknown as (typeof events)[number]);
    }
    return events;
  };

  it('the answer, the read model of every replica and the fold of the log say the same', () =>
    fc.assert(
      fc.asyncProperty(story, async (told) => {
        const views = await tell(told);
        const last = views.at(-1) as DeploymentView;
        for (const replica of replicas) {
          const { queries, deployments } = replica;
          await replica.caughtUp();
          expect(await queries.execute(new FindDeployment(last.model, last.name))).toStrictEqual(last);
          expect(await queries.execute(new GetDeployment(last.deploymentId))).toStrictEqual(last);
          const filter = { includeArchived: true, limit: 10, offset: 0 };
          expect(await queries.execute(new ListDeployments(last.model, filter))).toStrictEqual({
            deployments: [last],
            total: 1,
          });
          expect(last).toMatchObject(deployments.find(last.model, last.name) ?? { missing: true });
          const now = await queries.execute(new GetDeploymentAsOf(last.deploymentId, null));
          expect(now.deployment).toStrictEqual(last);
        }
        for (const view of views) {
          const point = { position: view.position };
          const { deployment, asOf } = await replicas[0].queries.execute(
            new GetDeploymentAsOf(view.deploymentId, point),
          );
          expect(deployment).toStrictEqual(view);
          expect(asOf).toStrictEqual({ position: view.position, time: view.updatedAt });
        }
      }),
      { numRuns: 60 },
    ));

  it('its history keeps the rules', () =>
    fc.assert(
      fc.asyncProperty(story, async (told) => {
        const views = await tell(told);
        const last = views.at(-1) as DeploymentView;
        const events = await historyOf(last.deploymentId);
        let status = 'none';
        let allowed: readonly string[] | null = null;
        let runNumbers = 0;
        const finished = new Set<string>();
        const runIds = new Map<string, string>();

        for (const event of events) {
          expect(status).not.toBe('archived');
          switch (event.type) {
            case 'DeploymentRegistered':
              expect(event.revision).toBe(0n);
              status = 'pending';
              allowed = event.data.allowedRoles;
              break;
            case 'RolesReplaced': {
              const { before, after, added, removed } = event.data;
              expect(before).toStrictEqual(allowed);
              expect(new Set(after).size).toBe(after.length);
              const kept = (before ?? []).filter((name) => !removed.includes(name));
              expect([...kept, ...added].sort()).toStrictEqual([...after].sort());
              expect(JSON.stringify(after)).not.toBe(JSON.stringify(before));
              allowed = after;
              break;
            }
            case 'DeploymentStatusChanged':
            case 'DeploymentArchived':
              expect(event.data.from).toBe(status);
              status = event.type === 'DeploymentArchived' ? 'archived' : event.data.to;
              break;
            case 'DeploymentRunReported': {
              const { airflowRunId, runId, runNumber, finishedAt } = event.data;
              expect(finished).not.toContain(airflowRunId);
              if (finishedAt !== null) finished.add(airflowRunId);
              if (!runIds.has(airflowRunId)) expect(runNumber).toBe(++runNumbers);
              expect(runIds.get(airflowRunId) ?? runId).toBe(runId);
              runIds.set(airflowRunId, runId);
              break;
            }
            default:
              throw new Error(`unexpected ${event.type}`);
          }
        }
        expect(last).toMatchObject({ status, allowedRoles: allowed });
        expect(last.revision).toBe(BigInt(events.length - 1));
        for (const view of views) {
          if (view.status !== 'archived') expect(view.stoppedAt !== null).toBe(view.status === 'stopped');
        }
      }),
      { numRuns: 60 },
    ));

  it('its events fold in any order without an error', () =>
    fc.assert(
      fc.asyncProperty(story, fc.infiniteStream(fc.nat()), async (told, chance) => {
        const [{ deploymentId }] = await tell(told);
        const events = (await historyOf(deploymentId)).map((event) => ({
          event,
          at: chance.next().value as number,
        }));
        events.sort((left, right) => left.at - right.at);
        events.reduce(
          (state, { event }) => deploymentDecider.evolve(state, event),
          deploymentDecider.initialState,
        );
      }),
      { numRuns: 30 },
    ));
});
