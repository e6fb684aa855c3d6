import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { door, newDeployment, platform, refusalOf, userWith } from '../../../test/support/deployments.js';
import {
  approvalAdmin,
  givenGroup,
  GovernanceFixture,
  memberOf,
  policyTerms,
  type GovernanceReplica,
} from '../../../test/support/change-requests.js';
import { deploymentDecider } from '../../domain/deployment/deployment.decider.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { CreatePolicy } from '../approval-policies/index.js';
import { RecordArtifact, WithdrawArtifact } from '../artifacts/index.js';
import { GetDeployment, RegisterDeployment } from '../deployments/index.js';
import {
  CancelChangeRequest,
  GetApplication,
  OpenChangeRequest,
  ResolveChangeRequest,
  SubmitReview,
  type Change,
  type ChangeRequestView,
} from './index.js';

const bob = userWith();
const HIGH: Change = { action: 'changeImportance', importance: 'HIGH' };
const died = new Error('the process died');

let fixture: GovernanceFixture;
let replica: GovernanceReplica;
let entityId: string;

beforeEach(async () => {
  fixture = await GovernanceFixture.open();
  replica = await fixture.replica();
  ({ deploymentId: entityId } = await replica.commands.execute(
    new RegisterDeployment(newDeployment(), platform, replica.context()),
  ));
  await replica.caughtUp();
});
afterEach(() => fixture.close());

const request = (change: Change = HIGH, autoApply = true): Promise<ChangeRequestView> =>
  replica.commands.execute(
    new OpenChangeRequest({ entityId, change, autoApply, comment: null }, bob, replica.context()),
  );
const typesIn = async (stream: string): Promise<readonly string[]> =>
  (await fixture.events(stream)).map(({ type }) => type);
const requestTypes = ({ changeRequestId }: ChangeRequestView) => typesIn(`changeRequest-${changeRequestId}`);
const ends = (opened: ChangeRequestView, type: string, on = replica): Promise<void> =>
  on.until(async () => (await requestTypes(opened)).includes(type), type);
const times = (types: readonly string[], type: string): number =>
  types.filter((found) => found === type).length;

/** Nothing goes into the log from here on, like from a process that is gone. */
const dieAt = (at: 'before' | 'after', stream: string): void => {
  let dead = false;
  replica.store.beforeAppend = (to) => {
    if (dead || (at === 'before' && to.startsWith(stream))) {
      dead = true;
      throw died;
    }
  };
  replica.store.afterAppend = (to) => {
    if (at === 'after' && to.startsWith(stream)) dead = true;
    if (dead) throw died;
  };
};

describe('a process that dies', () => {
  it.each([
    ['before the deployment is changed', 'before', 'deployment-'],
    ['when the deployment is changed and the request not told', 'after', 'deployment-'],
    ['before the request is told', 'before', 'changeRequest-'],
    ['when the request is told', 'after', 'changeRequest-'],
  ] as const)('%s: another finishes, and the change is made once', async (_, at, stream) => {
    const opened = await request(HIGH, false);
    await replica.caughtUp();
    const { changeRequestId } = opened;
    // The command itself comes through; what follows from it does not.
    let told = false;
    replica.store.afterAppend = (to) => {
      if (told || !to.startsWith('changeRequest-')) return;
      told = true;
      dieAt(at, stream);
    };
    await replica.commands.execute(new ResolveChangeRequest(changeRequestId, bob, replica.context()));
    if (!(at === 'after' && stream === 'changeRequest-'))
      await replica.until(() => replica.complaints.length > 0, 'the death to be felt');
    await replica.stop();

    const other = await fixture.replica();
    await ends(opened, 'ChangeRequestResolved', other);
    expect(times(await typesIn(`deployment-${entityId}`), 'DeploymentImportanceChanged')).toBe(1);
    expect(times(await typesIn(`deployment-${entityId}`), 'ApprovedChangeApplied')).toBe(1);
    expect(times(await requestTypes(opened), 'ChangeRequestResolved')).toBe(1);
    const [told1] = (await fixture.events(`changeRequest-${changeRequestId}`)).slice(-1);
    // As it was right before the change, though that is long over.
    expect(told1?.data).toMatchObject({ diff: { changesFrom: ['Importance: MODERATE'] } });
  });
});

describe('two replicas', () => {
  it('that apply at the same time change the deployment once', async () => {
    const other = await fixture.replica();
    const { arrived, open, pass } = door();
    const meet = (to: string) => (to === `deployment-${entityId}` ? pass() : undefined);
    replica.store.beforeAppend = meet;
    const opened = await request();
    await arrived;
    // The other one has the change done while this one stands before its append.
    await ends(opened, 'ChangeRequestResolved', other);
    open();
    await replica.caughtUp();
    await replica.until(
      () =>
        replica.readModels.get('SELECT 1 FROM change_requests WHERE applying_attempt IS NOT NULL') ===
        undefined,
      'nothing left to apply',
    );
    expect(times(await typesIn(`deployment-${entityId}`), 'ApprovedChangeApplied')).toBe(1);
    expect(times(await requestTypes(opened), 'ChangeRequestResolved')).toBe(1);
  });

  it('that take two final approvals apply once', async () => {
    const other = await fixture.replica();
    await givenGroup(replica, 'risk');
    await replica.caughtUp();
    await replica.commands.execute(
      new CreatePolicy(
        policyTerms({ review: { groups: ['risk'], reminderPeriod: null } }),
        approvalAdmin,
        replica.context(),
      ),
    );
    await replica.caughtUp();
    const opened = await request();
    await Promise.all([replica.caughtUp(), other.caughtUp()]);
    const approve = (on: GovernanceReplica, userId: string) =>
      on.commands.execute(
        new SubmitReview(
          opened.changeRequestId,
          { changeVersionId: opened.changeVersionId, status: 'approved', comment: null },
          memberOf(userId, 'risk'),
          on.context(),
        ),
      );
    const settled = await Promise.allSettled([approve(replica, 'u-1'), approve(other, 'u-2')]);
    expect(settled.some(({ status }) => status === 'fulfilled')).toBe(true);
    await ends(opened, 'ChangeRequestResolved');
    const types = await requestTypes(opened);
    expect(times(types, 'ChangeApplicationStarted')).toBe(1);
    expect(times(types, 'ChangeRequestResolved')).toBe(1);
    expect(times(await typesIn(`deployment-${entityId}`), 'DeploymentImportanceChanged')).toBe(1);
  });
});

describe('an application that fails', () => {
  const replace: Change = { action: 'replaceModel', modelId: 'm-1', replacementReason: 'other' };
  const model = { name: 'Churn v4', version: null, workspaceId: null, modelGroupId: null };
  const register = async (): Promise<void> => {
    await replica.commands.execute(new RecordArtifact('model', 'm-1', model, platform, replica.context()));
    await replica.caughtUp();
  };

  it('says why, leaves the request approved, and may be tried again', async () => {
    await register();
    const opened = await request(replace, false);
    await replica.commands.execute(new WithdrawArtifact('model', 'm-1', replica.context()));
    await replica.caughtUp();
    const resolve = () =>
      replica.commands.execute(new ResolveChangeRequest(opened.changeRequestId, bob, replica.context()));
    await resolve();
    await ends(opened, 'ChangeApplicationFailed');
    await replica.caughtUp();
    const application = (attempt: number) =>
      replica.queries.execute(new GetApplication(opened.changeRequestId, attempt, bob));
    expect(await application(1)).toMatchObject({ state: 'failed', message: "There is no model 'm-1'" });

    await register();
    expect(await resolve()).toMatchObject({ attempt: 2 });
    await ends(opened, 'ChangeRequestResolved');
    await replica.caughtUp();
    expect(await application(2)).toMatchObject({ state: 'completed' });
    expect(await refusalOf(application(3))).toMatchObject({ kind: 'not-found' });
    expect(await replica.queries.execute(new GetDeployment(entityId))).toMatchObject({ modelId: 'm-1' });
  });

  it('because the deployment was archived meanwhile ends with the request cancelled', async () => {
    const opened = await request(HIGH, false);
    const { arrived, open, pass } = door();
    let held = false;
    replica.store.beforeAppend = (to) => {
      if (held || to !== `deployment-${entityId}`) return undefined;
      held = true;
      return pass();
    };
    await replica.commands.execute(new ResolveChangeRequest(opened.changeRequestId, bob, replica.context()));
    await arrived;
    // While it is applied nobody can stop it.
    const cancel = new CancelChangeRequest(opened.changeRequestId, bob, replica.context());
    expect(await refusalOf(replica.commands.execute(cancel))).toMatchObject({ code: 'being-applied' });
    await new DeciderRunner(fixture.log).run(
      deploymentDecider,
      `deployment-${entityId}`,
      { type: 'ArchiveDeployment', deploymentId: entityId },
      replica.context(),
    );
    open();
    await ends(opened, 'ChangeRequestCancelled');
    expect((await requestTypes(opened)).slice(-3)).toStrictEqual([
      'ChangeApplicationStarted',
      'ChangeApplicationFailed',
      'ChangeRequestCancelled',
    ]);
    expect((await typesIn(`deployment-${entityId}`)).slice(-2)).toStrictEqual([
      'DeploymentArchived',
      'ApprovedChangeRefused',
    ]);
  });
});
