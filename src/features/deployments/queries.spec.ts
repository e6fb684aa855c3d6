import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  context,
  DeploymentsFixture,
  newDeployment,
  platform,
  refusalOf,
  type Replica,
} from '../../../test/support/deployments.js';
import {
  ArchiveDeployment,
  RegisterDeployment,
  ReplaceRoles,
  StopDeployment,
  type NewDeployment,
} from './commands.js';
import { FindDeployment, GetDeployment, GetDeploymentAsOf, ListDeployments } from './queries.js';

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

const register = (deployment: Partial<NewDeployment> = {}, now = '2026-01-01T00:00:00.000Z') =>
  replica.commands.execute(
    new RegisterDeployment(newDeployment({ model, ...deployment }), platform, context({ now })),
  );
const replace = (name: string, roles: readonly string[], now: string) =>
  replica.commands.execute(new ReplaceRoles(model, name, roles, platform, context({ now })));

describe('looking up a deployment', () => {
  it('finds it by name and by id', async () => {
    const view = await register();
    await replica.caughtUp();
    expect(await replica.queries.execute(new FindDeployment(model, 'prod'))).toStrictEqual(view);
    expect(await replica.queries.execute(new GetDeployment(view.deploymentId))).toStrictEqual(view);
  });

  it.each([
    ['-b', 'prod'],
    ['', 'other'],
    ['', 'Prod'],
    ['\0', 'prod'],
    ['', 'prod\0x'],
  ])('finds nothing under the model %j and the name %j', async (suffix, name) => {
    await register();
    await replica.caughtUp();
    const find = new FindDeployment(model + suffix, name);
    expect(await refusalOf(replica.queries.execute(find))).toMatchObject({
      kind: 'not-found',
      code: 'deployment-not-found',
      message: `Deployment '${name}' not found for model '${model}${suffix}'`,
    });
  });

  it('finds nothing under an unknown id', async () => {
    const { deploymentId } = await register();
    await replica.caughtUp();
    for (const id of ['', 'x', `${deploymentId}\0`]) {
      expect(await refusalOf(replica.queries.execute(new GetDeployment(id)))).toMatchObject({
        kind: 'not-found',
        message: `Deployment '${id}' not found`,
      });
    }
  });
});

describe("listing a model's deployments", () => {
  const list = async (filter: Partial<ListDeployments['filter']> = {}, suffix = '') => {
    const page = await replica.queries.execute(
      new ListDeployments(model + suffix, { includeArchived: false, limit: 100, offset: 0, ...filter }),
    );
    return [page.deployments.map(({ name }) => name).join(' '), page.total];
  };

  beforeEach(async () => {
    for (const name of ['d', 'b', 'c', 'a']) await register({ name, type: name < 'c' ? 'batch' : 'online' });
    await register({ model: `${model}-b`, name: 'z' });
    await replica.commands.execute(new StopDeployment(model, 'b', platform, context()));
    await replica.commands.execute(new ArchiveDeployment(model, 'c', platform, context()));
    await replica.caughtUp();
  });

  it('goes from the oldest to the newest and leaves archived ones out', async () => {
    expect(await list()).toStrictEqual(['d b a', 3]);
    expect(await list({ includeArchived: true })).toStrictEqual(['d b c a', 4]);
  });

  it('filters by status and type', async () => {
    expect(await list({ status: 'stopped' })).toStrictEqual(['b', 1]);
    expect(await list({ type: 'batch' })).toStrictEqual(['b a', 2]);
    expect(await list({ type: 'batch', status: 'active' })).toStrictEqual(['a', 1]);
    expect(await list({ status: 'archived' })).toStrictEqual(['', 0]);
    expect(await list({ status: 'archived', includeArchived: true })).toStrictEqual(['c', 1]);
  });

  it('gives one page and the number of all', async () => {
    expect(await list({ limit: 2 })).toStrictEqual(['d b', 3]);
    expect(await list({ limit: 2, offset: 2 })).toStrictEqual(['a', 3]);
    expect(await list({ offset: 9 })).toStrictEqual(['', 3]);
  });

  it('is empty for an unknown model', async () => {
    expect(await list({}, '-none')).toStrictEqual(['', 0]);
    expect(await list({}, '\0')).toStrictEqual(['', 0]);
  });
});

describe('a deployment as of', () => {
  const asOf = (deploymentId: string, point: GetDeploymentAsOf['asOf']) =>
    replica.queries.execute(new GetDeploymentAsOf(deploymentId, point));

  it('now is as it stands, with the newest position of the log', async () => {
    const view = await register();
    const other = await register({ name: 'other' }, '2026-02-02T00:00:00.000Z');
    expect(await asOf(view.deploymentId, null)).toStrictEqual({
      deployment: view,
      asOf: { position: other.position, time: '2026-02-02T00:00:00.000Z' },
    });
  });

  it('a position holds everything up to and with it, whosever event stands there', async () => {
    const first = await register({}, '2026-01-01T00:00:00.000Z');
    const other = await register({ name: 'other' }, '2026-01-02T00:00:00.000Z');
    const second = await replace('prod', ['a'], '2026-01-03T00:00:00.000Z');
    const at = async (position: bigint) => asOf(first.deploymentId, { position });
    expect(await at(other.position)).toStrictEqual({
      deployment: first,
      asOf: { position: other.position, time: '2026-01-02T00:00:00.000Z' },
    });
    expect(await at(second.position)).toMatchObject({
      deployment: second,
      asOf: { position: second.position },
    });
    expect(await at(second.position + 50n)).toMatchObject({
      deployment: second,
      asOf: { position: second.position, time: '2026-01-03T00:00:00.000Z' },
    });
    expect((await at(first.position - 1n)).deployment).toMatchObject({ status: 'pending', revision: 0n });
    for (const position of [-1n, 0n, first.position - 2n]) {
      expect(await refusalOf(at(position))).toMatchObject({ kind: 'not-found' });
    }
  });

  it('a time holds everything up to its last event at or before it', async () => {
    const first = await register({}, '2026-01-01T00:00:00.000Z');
    const second = await replace('prod', ['a'], '2026-01-03T00:00:00.000Z');
    const at = async (time: string) => asOf(first.deploymentId, { time });
    expect(await at('2026-01-02T00:00:00.000Z')).toStrictEqual({
      deployment: first,
      asOf: { position: first.position, time: '2026-01-01T00:00:00.000Z' },
    });
    expect((await at('2026-01-03T00:00:00.000Z')).deployment).toStrictEqual(second);
    expect((await at('2026-01-03T01:00:00+01:00')).deployment).toStrictEqual(second);
    expect((await at('2026-01-02T23:59:59.999Z')).deployment).toStrictEqual(first);
    expect(await refusalOf(at('2025-12-31T23:59:59.999Z'))).toMatchObject({
      kind: 'not-found',
      message: `Deployment '${first.deploymentId}' not found`,
    });
  });

  it('a time goes by the last event that had occurred, also where the clock had stepped back', async () => {
    const { deploymentId } = await register({}, '2026-01-01T00:00:00.000Z');
    await replace('prod', ['late'], '2026-01-09T00:00:00.000Z');
    const back = await replace('prod', ['back'], '2026-01-05T00:00:00.000Z');
    expect((await asOf(deploymentId, { time: '2026-01-06T00:00:00.000Z' })).deployment).toStrictEqual(back);
  });

  it('any point is not found for an id never given', async () => {
    await register();
    for (const id of ['x', '11111111-1111-4111-8111-111111111111']) {
      expect(await refusalOf(asOf(id, null))).toMatchObject({ kind: 'not-found' });
    }
  });
});
