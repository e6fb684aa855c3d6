import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  context,
  door,
  DeploymentsFixture,
  eventsOf,
  keyed,
  newDeployment,
  platform,
  refusalOf,
  userWith,
  type Replica,
} from '../../../test/support/deployments.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { CommandContext } from '../../event-store/command-context.js';
import {
  ArchiveDeployment,
  RegisterDeployment,
  ReplaceRoles,
  ReportDeploymentRun,
  ReportDeploymentStatus,
  StartDeployment,
  StopDeployment,
  type NewDeployment,
} from './commands.js';
import type { DeploymentView } from './deployment.view.js';
import { deploymentStream } from './streams.js';

let fixture: DeploymentsFixture;
let replica: Replica;
/** Each test has a model of its own. */
let model: string;
let models = 0;

beforeAll(async () => {
  fixture = await DeploymentsFixture.open();
  replica = await fixture.replica('none');
});
beforeEach(() => {
  model = `churn-${++models}`;
});
afterAll(() => fixture.close());

const register = (deployment: Partial<NewDeployment> = {}): Promise<DeploymentView> =>
  replica.commands.execute(
    new RegisterDeployment(newDeployment({ model, ...deployment }), platform, context()),
  );

const replace = (
  roles: readonly string[],
  caller: Caller = platform,
  more: Partial<CommandContext> = {},
): Promise<DeploymentView> =>
  replica.commands.execute(new ReplaceRoles(model, 'prod', roles, caller, context(more)));

const holder = userWith({ roles: ['engineer'] });
const run = { airflowRunId: 'manual__1', status: 'running', rowsScored: null, errorMessage: null } as const;

const MANAGING = {
  ReplaceRoles: (caller: Caller, more: Partial<CommandContext>) =>
    new ReplaceRoles(model, 'prod', ['engineer', 'new'], caller, context(more)),
  StartDeployment: (caller: Caller, more: Partial<CommandContext>) =>
    new StartDeployment(model, 'prod', caller, context(more)),
  StopDeployment: (caller: Caller, more: Partial<CommandContext>) =>
    new StopDeployment(model, 'prod', caller, context(more)),
  ArchiveDeployment: (caller: Caller, more: Partial<CommandContext>) =>
    new ArchiveDeployment(model, 'prod', caller, context(more)),
  ReportDeploymentRun: (caller: Caller, more: Partial<CommandContext>) =>
    new ReportDeploymentRun(model, 'prod', run, caller, context(more)),
} as const;

describe('a deployment that this replica knows', () => {
  afterEach(() => {
    replica.store.beforeRead = () => undefined;
  });

  it('is changed by one append, with nothing read', async () => {
    await register();
    const readings: string[] = [];
    replica.store.beforeRead = (stream) => void readings.push(stream);
    await replace(['a']);
    await replace(['b']);
    expect(readings).toEqual([]);
  });

  it('is changed on what another replica has made of it', async () => {
    const { deploymentId } = await register({ allowedRoles: ['a'] });
    const other = await fixture.replica('none');
    await other.commands.execute(new ReplaceRoles(model, 'prod', ['b'], platform, context()));
    await replace(['a']);
    expect((await eventsOf(replica.store, deploymentStream(deploymentId))).slice(-2)).toMatchObject([
      { type: 'RolesReplaced', data: { before: ['a'], after: ['b'] } },
      { type: 'RolesReplaced', data: { before: ['b'], after: ['a'] } },
    ]);
  });
});

describe.each(Object.entries(MANAGING))('%s', (_name, command) => {
  const send = (caller: Caller, more: Partial<CommandContext> = {}) =>
    replica.commands.execute(command(caller, more) as StopDeployment);

  it('is refused where there is no such deployment, before anything else', async () => {
    await register({ model: `${model}-b` });
    await register({ name: 'other' });
    expect(await refusalOf(send(userWith(), { ifMatch: 7n }))).toMatchObject({
      kind: 'not-found',
      code: 'deployment-not-found',
      message: `Deployment 'prod' not found for model '${model}'`,
    });
  });

  it('is refused to who may not, before its revision and its state are looked at', async () => {
    await register({ allowedRoles: ['engineer'] });
    await replica.commands.execute(new ArchiveDeployment(model, 'prod', platform, context()));
    expect(await refusalOf(send(userWith({ roles: ['other'] }), { ifMatch: 7n }))).toMatchObject({
      kind: 'forbidden',
      code: 'role-missing',
      message: 'Role required: engineer',
    });
  });

  it('is refused at another revision, before its state is looked at', async () => {
    await register({ allowedRoles: ['engineer'] });
    const { revision } = await replica.commands.execute(
      new ArchiveDeployment(model, 'prod', platform, context()),
    );
    expect(await refusalOf(send(holder, { ifMatch: revision + 1n }))).toMatchObject({
      name: 'PreconditionFailed',
      revision,
    });
    expect(await refusalOf(send(holder, { ifMatch: revision }))).toMatchObject({
      kind: 'conflict',
      code: 'deployment-archived',
      message: 'Deployment is archived',
    });
  });
});

describe('replacing roles', () => {
  it('records the change under the revision after the last, and answers with the new list', async () => {
    const before = await register({ allowedRoles: ['engineer', 'analyst'] });
    replica.directory.roles = ['analyst'];
    const now = '2026-06-06T06:06:06.006Z';
    const view = await replace(['analyst', 'made-later'], holder, { now, ifMatch: before.revision });
    expect(view).toStrictEqual({
      ...before,
      allowedRoles: ['analyst', 'made-later'],
      updatedAt: now,
      revision: before.revision + 1n,
      position: before.position + 1n,
    });
    const events = await eventsOf(replica.store, deploymentStream(before.deploymentId));
    expect(events.at(-1)).toStrictEqual({
      type: 'RolesReplaced',
      data: {
        deploymentId: before.deploymentId,
        model,
        name: 'prod',
        before: ['engineer', 'analyst'],
        after: ['analyst', 'made-later'],
        added: ['made-later'],
        removed: ['engineer'],
        unknownRoles: ['made-later'],
      },
    });
  });

  it('changes nothing when the list is the same, and answers with where it stands', async () => {
    const before = await register({ allowedRoles: ['engineer'] });
    const head = await replica.store.head();
    expect(await replace(['engineer'], platform, { now: '2027-01-01T00:00:00.000Z' })).toStrictEqual(before);
    expect(await replica.store.head()).toBe(head);
  });

  it('goes by the list as it is now: who dropped his own role is out at once', async () => {
    await register({ allowedRoles: ['engineer'] });
    await replace(['other'], holder);
    expect(await refusalOf(replace(['engineer'], holder))).toMatchObject({ code: 'role-missing' });
  });

  it('can not be unlocked with a user PSK, but with the token of its owner', async () => {
    await register({ owner: 'u-bob' });
    const bobsKey = userWith({ isAdmin: true });
    for (const roles of [[], ['engineer']]) {
      expect(await refusalOf(replace(roles, bobsKey))).toMatchObject({ code: 'no-roles-configured' });
    }
    await replace([]);
    expect(await refusalOf(replace(['engineer'], bobsKey))).toMatchObject({ code: 'no-roles-configured' });
    await replace(['engineer'], userWith({ credentialType: 'jwt' }));
  });

  it('by two callers at one revision lets one of them through', async () => {
    const { revision } = await register();
    const outcomes = await Promise.allSettled([
      replace(['a'], platform, { ifMatch: revision }),
      replace(['b'], platform, { ifMatch: revision }),
    ]);
    expect(outcomes.map(({ status }) => status)).toStrictEqual(['fulfilled', 'rejected']);
  });

  it('sent again with its idempotency key gives the first answer, whatever happened since', async () => {
    await register();
    const first = await replace(['a'], platform, keyed(`${model} k1`));
    await replace(['b']);
    expect(await replace(['a'], platform, keyed(`${model} k1`))).toStrictEqual(first);
    expect(await refusalOf(replace(['c'], platform, keyed(`${model} k1`, 'other')))).toMatchObject({
      name: 'IdempotencyKeyReused',
    });
  });
});

describe('the life of a deployment', () => {
  it('runs from active over stopped to active, and ends archived', async () => {
    await register();
    const now = '2026-06-06T06:06:06.006Z';
    const { commands } = replica;
    const stopped = await commands.execute(new StopDeployment(model, 'prod', platform, context({ now })));
    expect(stopped).toMatchObject({ status: 'stopped', stoppedAt: now });
    const started = await commands.execute(new StartDeployment(model, 'prod', platform, context()));
    expect(started).toMatchObject({ status: 'active', stoppedAt: null });
    const archived = await commands.execute(new ArchiveDeployment(model, 'prod', platform, context()));
    expect(archived).toMatchObject({ status: 'archived' });
    expect(await refusalOf(register())).toMatchObject({ code: 'deployment-name-taken' });
  });

  it('waits for the serving platform where one reports', async () => {
    const reporting = await fixture.replica('reports');
    const { deploymentId } = await reporting.commands.execute(
      new RegisterDeployment(newDeployment({ model }), platform, context()),
    );
    const report = (status: 'deploying' | 'active' | 'failed', more = {}, caller = platform) =>
      reporting.commands.execute(
        new ReportDeploymentStatus(deploymentId, { status, ...more }, caller, context()),
      );
    expect(await refusalOf(report('active'))).toMatchObject({ code: 'forbidden-transition' });
    expect(await report('deploying')).toMatchObject({ status: 'deploying' });
    expect(await report('active', { serviceUrl: 'http://svc', replicaCount: 1 })).toMatchObject({
      status: 'active',
      serviceUrl: 'http://svc',
      replicaCount: 1,
      readyReplicas: null,
    });
    await reporting.commands.execute(new StopDeployment(model, 'prod', platform, context()));
    const started = await reporting.commands.execute(new StartDeployment(model, 'prod', platform, context()));
    expect(started).toMatchObject({ status: 'deploying', serviceUrl: 'http://svc' });
    expect(await refusalOf(report('active', {}, holder))).toMatchObject({
      kind: 'forbidden',
      code: 'platform-required',
    });
  });

  it.each(['not-a-uuid', '11111111-1111-4111-8111-111111111111', '11111111-1111-4111-8111-111111111111\0'])(
    'knows nothing of an id never given: %j',
    async (deploymentId) => {
      const report = new ReportDeploymentStatus(deploymentId, { status: 'active' }, platform, context());
      expect(await refusalOf(replica.commands.execute(report))).toMatchObject({
        kind: 'not-found',
        message: `Deployment '${deploymentId}' not found`,
      });
    },
  );
});

describe('reporting a run', () => {
  const report = (
    airflowRunId: string,
    status: 'queued' | 'running' | 'succeeded' | 'failed',
    rowsScored: number | null = null,
    caller: Caller = platform,
  ) =>
    replica.commands.execute(
      new ReportDeploymentRun(
        model,
        'prod',
        { airflowRunId, status, rowsScored, errorMessage: null },
        caller,
        context(),
      ),
    );

  it('answers with the run reported, also when it is not the last one', async () => {
    await register({ type: 'batch' });
    const first = await report('manual__1', 'running');
    expect(first.run).toStrictEqual(first.lastRun);
    const second = await report('manual__2', 'queued');
    expect(second.run.runId).not.toBe(first.run.runId);
    const late = await report('manual__1', 'succeeded', 12);
    expect(late.run).toMatchObject({ runId: first.run.runId, status: 'succeeded', rowsScored: 12 });
    expect(late.lastRun).toStrictEqual(second.run);
    expect((await report('manual__1', 'succeeded', 99)).run).toStrictEqual(late.run);
    expect(await refusalOf(report('manual__1', 'failed'))).toMatchObject({
      kind: 'conflict',
      code: 'run-finished',
    });
  });

  it('takes no token, not even of an administrator', async () => {
    await register({ type: 'batch' });
    const byToken = userWith({ credentialType: 'jwt', isAdmin: true });
    expect(await refusalOf(report('manual__1', 'queued', null, byToken))).toMatchObject({
      kind: 'forbidden',
      code: 'credential-type-not-accepted',
    });
  });
});

describe('a deployment registered on another replica', () => {
  it('is found by name at once, though the read model here knows nothing of it', async () => {
    const other = await fixture.replica();
    const { open, pass } = door();
    other.store.beforeBatch = pass;
    await register();
    const command = new ReplaceRoles(model, 'prod', ['a'], platform, context());
    expect(await other.commands.execute(command)).toMatchObject({ allowedRoles: ['a'] });
    open();
  });
});
