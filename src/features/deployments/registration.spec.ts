import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  context,
  DeploymentsFixture,
  door,
  eventsOf,
  keyed,
  newDeployment,
  NOW,
  person,
  platform,
  refusalOf,
  userWith,
  type Replica,
} from '../../../test/support/deployments.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { RegisterDeployment, type NewDeployment } from './commands.js';
import type { DeploymentView } from './deployment.view.js';
import { FindDeployment } from './queries.js';
import { deploymentNameStream, deploymentStream } from './streams.js';

let fixture: DeploymentsFixture;
let replica: Replica;
/** Each test has a model of its own. */
let model: string;
let models = 0;

beforeAll(async () => {
  fixture = await DeploymentsFixture.open();
  replica = await fixture.replica();
});
beforeEach(() => {
  model = `churn-${++models}`;
  replica.directory.users = [];
  recover(replica);
});
afterAll(() => fixture.close());

const register = (
  { commands }: Replica,
  deployment: Partial<NewDeployment> = {},
  more: Partial<CommandContext> = {},
  caller: Caller = platform,
): Promise<DeploymentView> =>
  commands.execute(new RegisterDeployment(newDeployment({ model, ...deployment }), caller, context(more)));

const claims = async () =>
  (await eventsOf(replica.store, deploymentNameStream(model, 'prod'))).map(({ data }) => data);
const crash = new Error('the process died');

/** Lets the claim of the name through and stops before the deployment itself. */
const crashAfterClaim = ({ store }: Replica): void => {
  store.beforeAppend = (stream) => {
    if (stream.startsWith('deployment-')) throw crash;
  };
};
const recover = ({ store }: Replica): void => {
  store.beforeAppend = () => undefined;
  store.afterAppend = () => undefined;
};

describe('registering a deployment', () => {
  it('claims the name, records the deployment and answers with it', async () => {
    const view = await register(replica, { allowedRoles: ['a', 'a'] });
    const { deploymentId } = view;
    expect(await claims()).toStrictEqual([{ deploymentId, model, name: 'prod', takenOverFrom: null }]);
    expect(await eventsOf(replica.store, deploymentStream(deploymentId))).toMatchObject([
      {
        type: 'DeploymentRegistered',
        data: { deploymentId, model, name: 'prod', allowedRoles: ['a'] },
      },
    ]);
    expect(view).toStrictEqual({
      deploymentId,
      model,
      name: 'prod',
      modelVersion: '3',
      modelAlias: null,
      resolvedModelVersion: '3',
      type: 'online',
      status: 'pending',
      domain: 'marketing',
      owner: 'u-bob',
      ownerId: null,
      importance: 'MODERATE',
      allowedRoles: ['a'],
      schedule: null,
      lastRun: null,
      serviceUrl: null,
      replicaCount: null,
      readyReplicas: null,
      errorMessage: null,
      createdAt: NOW,
      updatedAt: NOW,
      label: 'prod',
      description: null,
      approvalStatus: 'APPROVED',
      modelId: null,
      modelPackageId: null,
      secondaryDatasetsConfigId: null,
      stoppedAt: null,
      revision: 0n,
      position: await replica.store.head(),
    });
    await replica.caughtUp();
    expect(await replica.queries.execute(new FindDeployment(model, 'prod'))).toStrictEqual(view);
  });

  it('answers with an active deployment where no serving platform is attached', async () => {
    const alone = await fixture.replica('none');
    expect(await register(alone)).toMatchObject({ status: 'active', revision: 1n });
  });

  it('refuses a name that is taken for this model, and for no other', async () => {
    await register(replica);
    expect(await refusalOf(register(replica))).toMatchObject({
      kind: 'conflict',
      code: 'deployment-name-taken',
      message: `Deployment 'prod' already exists for model '${model}'`,
    });
    await register(replica, { model: `${model}-b` });
    await register(replica, { name: 'prod2' });
  });

  it('tells names apart by more than their text put together', async () => {
    await register(replica, { model: 'a"]["b', name: 'c' });
    await register(replica, { model: 'a', name: 'b"]["c' });
  });

  it('lets exactly one of many win who ask at once, and bars none of them', async () => {
    const before = await replica.store.head();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => register(replica)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await claims()).toHaveLength(1);
    expect(await replica.store.head()).toBe(before + 2n);
  });

  it('waits for the one before it, rather than bar what is only slow to hear of its claim', async () => {
    const { arrived, open, pass } = door();
    replica.store.afterAppend = (stream) => (stream.startsWith('deploymentName-') ? pass() : undefined);
    const first = register(replica);
    await arrived;
    const second = refusalOf(register(replica));
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    open();
    const { deploymentId } = await first;
    expect(await second).toMatchObject({ code: 'deployment-name-taken' });
    expect(await claims()).toMatchObject([{ deploymentId }]);
  });

  it('fails by If-Match before a name is claimed', async () => {
    const before = await replica.store.head();
    expect(await refusalOf(register(replica, {}, { ifMatch: 'exists' }))).toMatchObject({
      name: 'PreconditionFailed',
    });
    expect(await replica.store.head()).toBe(before);
  });
});

describe('the owner of a new deployment', () => {
  const bob = person('u-bob', { username: 'bob', email: 'bob@example.com' });
  const byToken = userWith({ credentialType: 'jwt' });

  it.each([
    ['user id', 'u-bob'],
    ['username', 'bob'],
    ['verified e-mail address', 'Bob@Example.com'],
  ])('is found by %s', async (_how, owner) => {
    replica.directory.users = [bob, person('u-carol')];
    expect(await register(replica, { owner })).toMatchObject({ owner, ownerId: 'u-bob' });
  });

  it('is looked for by user id before username, and by username before e-mail', async () => {
    replica.directory.users = [
      person('x', { username: 'y' }),
      person('y', { username: 'z@example.com' }),
      person('z', { username: 'z', email: 'z@example.com' }),
    ];
    expect(await register(replica, { owner: 'y', name: 'n1' })).toMatchObject({ ownerId: 'y' });
    expect(await register(replica, { owner: 'z@example.com', name: 'n2' })).toMatchObject({ ownerId: 'y' });
  });

  it('stays as sent when he is unknown, ambiguous, or his address is not verified', async () => {
    replica.directory.users = [
      person('u-1', { email: 'team@example.com' }),
      person('u-2', { email: 'team@example.com' }),
      person('u-3', { email: 'new@example.com', emailVerified: false }),
    ];
    const owners = ['nobody', 'team@example.com', 'new@example.com'];
    for (const [index, owner] of owners.entries()) {
      expect(await register(replica, { owner, name: `n${index}` })).toMatchObject({ owner, ownerId: null });
    }
  });

  it('is the caller himself, also before the directory knows him', async () => {
    expect(await register(replica, { owner: 'bob' }, {}, byToken)).toMatchObject({ ownerId: 'u-bob' });
    expect(await register(replica, { owner: 'BOB@example.com', name: 'n2' }, {}, byToken)).toMatchObject({
      ownerId: 'u-bob',
    });
  });

  it('may not be somebody else, and the refused name stays free', async () => {
    replica.directory.users = [bob, person('u-alice', { username: 'alice' })];
    expect(await refusalOf(register(replica, { owner: 'alice' }, {}, byToken))).toMatchObject({
      kind: 'forbidden',
      code: 'owner-is-not-the-caller',
    });
    expect(await claims()).toStrictEqual([]);
    await register(replica, { owner: 'alice' }, {}, userWith({ isAdmin: true }));
  });

  it('may not be somebody whose id is the username of the caller', async () => {
    replica.directory.users = [person('bob', { username: 'robert' }), bob];
    expect(await refusalOf(register(replica, { owner: 'bob' }, {}, byToken))).toMatchObject({
      code: 'owner-is-not-the-caller',
    });
  });

  it('is asked for before a taken name is admitted', async () => {
    await register(replica);
    expect(await refusalOf(register(replica, { owner: 'alice' }, {}, byToken))).toMatchObject({
      code: 'owner-is-not-the-caller',
    });
  });
});

describe('a registration that stopped after its claim', () => {
  it('leaves a name under which nothing is found', async () => {
    crashAfterClaim(replica);
    expect(await refusalOf(register(replica))).toBe(crash);
    await replica.caughtUp();
    expect(await refusalOf(replica.queries.execute(new FindDeployment(model, 'prod')))).toMatchObject({
      kind: 'not-found',
    });
  });

  it('is finished by a repeat with the same idempotency key', async () => {
    crashAfterClaim(replica);
    await refusalOf(register(replica, {}, keyed(`${model} k1`)));
    recover(replica);
    const view = await register(replica, {}, keyed(`${model} k1`));
    expect(await claims()).toMatchObject([{ deploymentId: view.deploymentId, takenOverFrom: null }]);
    expect(await register(replica, {}, keyed(`${model} k1`))).toStrictEqual(view);
  });

  it('loses its name to any other request, and can not come true any more', async () => {
    crashAfterClaim(replica);
    await refusalOf(register(replica, {}, keyed(`${model} k1`)));
    recover(replica);
    const view = await register(replica);
    const [first] = (await claims()) as readonly { deploymentId: string }[];
    const lost = first?.deploymentId ?? '';
    expect(await claims()).toMatchObject([{}, { deploymentId: view.deploymentId, takenOverFrom: lost }]);
    expect(await eventsOf(replica.store, deploymentStream(lost))).toStrictEqual([
      {
        type: 'DeploymentRegistrationAbandoned',
        data: { deploymentId: lost, model, name: 'prod' },
      },
    ]);
    expect(await refusalOf(register(replica, {}, keyed(`${model} k1`)))).toMatchObject({ kind: 'conflict' });
  });

  it('can be taken over again when the one that took over stopped as well', async () => {
    crashAfterClaim(replica);
    await refusalOf(register(replica));
    replica.store.beforeAppend = (() => {
      let appends = 0;
      return () => {
        appends += 1;
        // The bar and the claim pass, the deployment does not.
        if (appends === 3) throw crash;
      };
    })();
    expect(await refusalOf(register(replica))).toBe(crash);
    recover(replica);
    const view = await register(replica);
    expect((await claims()).at(-1)).toMatchObject({ deploymentId: view.deploymentId });
  });

  it('overtaken, does not bar the one that overtook it and has not finished yet', async () => {
    crashAfterClaim(replica);
    await refusalOf(register(replica, {}, keyed(`${model} k1`)));
    replica.store.beforeAppend = (() => {
      let appends = 0;
      return () => {
        appends += 1;
        if (appends === 3) throw crash;
      };
    })();
    await refusalOf(register(replica, {}, keyed(`${model} k2`)));
    recover(replica);
    expect(await refusalOf(register(replica, {}, keyed(`${model} k1`)))).toMatchObject({
      code: 'registration-overtaken',
    });
    const view = await register(replica, {}, keyed(`${model} k2`));
    expect((await claims()).at(-1)).toMatchObject({ deploymentId: view.deploymentId });
  });

  it('under a key that then asks for another name, claims only the name it asks for', async () => {
    crashAfterClaim(replica);
    await refusalOf(register(replica, {}, keyed(`${model} k1`, 'first')));
    recover(replica);
    await register(replica, { name: 'other' }, keyed(`${model} k1`, 'second'));
    await register(replica);
  });
});

describe('registrations of one name on two replicas', () => {
  it('never give two deployments, however slow the first one is', async () => {
    const other = await fixture.replica();
    const { arrived, open, pass } = door();
    replica.store.beforeAppend = (stream) => (stream.startsWith('deployment-') ? pass() : undefined);
    const slow = refusalOf(register(replica));
    await arrived;
    const winner = await register(other);
    open();
    expect(await slow).toMatchObject({ kind: 'conflict', code: 'registration-overtaken' });
    await other.caughtUp();
    const found = await other.queries.execute(new FindDeployment(model, 'prod'));
    expect(found.deploymentId).toBe(winner.deploymentId);
    expect(
      other.readModels.get('SELECT count(*) AS n FROM deployments WHERE model = ?', model),
    ).toMatchObject({ n: 1 });
  });
});
