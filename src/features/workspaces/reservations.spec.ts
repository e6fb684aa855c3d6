import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, keyed, userWith, WatchedStore } from '../../../test/support/deployments.js';
import { Engines } from '../../../test/support/engines.js';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { DeciderRunner, RaceLost } from '../../event-store/decider-runner.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { ReadModels } from '../../projections/projection.js';
import { CreateWorkspace, EnsureDefaultWorkspace, RenameWorkspace } from './commands.js';
import { CreateWorkspaceHandler } from './create-workspace.handler.js';
import { EnsureDefaultWorkspaceHandler } from './ensure-default-workspace.handler.js';
import { RenameWorkspaceHandler } from './life-cycle.handlers.js';
import { NameClaims } from './name-claims.js';
import { untilSettled } from './until-settled.js';
import { WorkspaceWriter } from './workspace-writer.js';
import { workspacesProjection } from './workspaces.projection.js';

const olga = { ...userWith({ userId: 'olga' }), email: 'olga@example.com' } as Principal;

/** A process with a mind of its own, on a store that others write to as well. */
const replicaOn = (store: WatchedStore, readModels: ReadModels) => {
  const runner = new DeciderRunner(store);
  const writer = new WorkspaceWriter(runner);
  const claims = new NameClaims(runner, writer);
  const creating = new CreateWorkspaceHandler(claims, writer);
  const renaming = new RenameWorkspaceHandler(claims, writer);
  const ensuring = new EnsureDefaultWorkspaceHandler(runner, writer, readModels);
  return {
    create: async (name: string, more = {}): Promise<number> =>
      (await creating.execute(new CreateWorkspace(name, olga, context(more)))).workspaceId,
    rename: async (workspaceId: number, name: string, more = {}): Promise<string> =>
      (await renaming.execute(new RenameWorkspace(workspaceId, name, olga, context(more)))).name,
    ensure: (): Promise<void> => ensuring.execute(new EnsureDefaultWorkspace(olga, context())),
  };
};

const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'done',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

describe('reservations on a store that several processes share', () => {
  let engines: Engines;
  let readModels: ReadModels;
  let log: MemoryEventStore;

  beforeEach(() => {
    log = new MemoryEventStore();
    engines = new Engines(log);
    readModels = engines.start(workspacesProjection);
  });
  afterEach(() => engines.close());

  const replica = (store = new WatchedStore(log)) => replicaOn(store, readModels);
  /** One that dies, as far as the others can see, when it is about to write to such a stream. */
  const dying = (streams: string) => {
    const store = new WatchedStore(log);
    store.beforeAppend = (stream) => {
      if (stream.startsWith(streams)) throw new Error('killed');
    };
    return replica(store);
  };
  const typesIn = async (stream: string): Promise<string[]> => {
    const types: string[] = [];
    for await (const { type } of log.readStream(stream)) types.push(type);
    return types;
  };

  it('a name whose claimant died is taken over, and its claim can never come true', async () => {
    expect(await codeOf(dying('workspace-').create('fraud'))).toBe('killed');
    expect(await typesIn('workspaceName-fraud')).toEqual(['WorkspaceNameReserved']);
    expect(await replica().create('fraud')).toBe(2);
    expect(await typesIn('workspace-1')).toEqual(['WorkspaceNameClaimAbandoned']);
    expect(await typesIn('workspaceName-fraud')).toEqual(['WorkspaceNameReserved', 'WorkspaceNameReserved']);
    expect(await codeOf(replica().create('fraud'))).toBe('workspace-name-taken');
  });

  it('a claimant that was only slow makes another claim, and there is one workspace', async () => {
    const slow = new WatchedStore(log);
    let other: Promise<string> | undefined;
    slow.beforeAppend = async (stream) => {
      if (stream === 'workspace-1') await (other ??= codeOf(replica().create('fraud')));
    };
    expect(await codeOf(replica(slow).create('fraud'))).toBe('workspace-name-taken');
    expect(await other).toBe('done');
    const created = (await Promise.all([1, 2, 3].map((id) => typesIn(`workspace-${id}`)))).flat();
    expect(created.filter((type) => type === 'WorkspaceCreated')).toHaveLength(1);
  });

  it('a repeat with the same key finishes what was cut short, under the same number', async () => {
    const more = keyed('k-1');
    expect(await codeOf(dying('workspace-').create('fraud', more))).toBe('killed');
    expect(await replica().create('fraud', more)).toBe(1);
    expect(await replica().create('fraud', more)).toBe(1);
    expect(await typesIn('workspaceNumber-all')).toEqual(['WorkspaceNumberDrawn']);
  });

  it('a repeat whose claim was taken over is told that the name is taken', async () => {
    const more = keyed('k-1');
    await codeOf(dying('workspace-').create('fraud', more));
    expect(await replica().create('fraud')).toBe(2);
    expect(await codeOf(replica().create('fraud', more))).toBe('workspace-name-taken');
    expect(await typesIn('workspace-1')).toEqual(['WorkspaceNameClaimAbandoned']);
  });

  it('a rename that was cut short keeps the name from nobody, also not from the same workspace', async () => {
    const id = await replica().create('fraud');
    const store = new WatchedStore(log);
    store.afterAppend = (stream) => {
      if (stream === 'workspaceName-scams') throw new Error('killed');
    };
    expect(await codeOf(replica(store).rename(id, 'scams'))).toBe('killed');
    expect(await replica().rename(id, 'scams', keyed('k-2'))).toBe('scams');
    expect(await typesIn(`workspace-${id}`)).toEqual([
      'WorkspaceCreated',
      'WorkspaceNameClaimAbandoned',
      'WorkspaceRenamed',
    ]);
    expect(await replica().create('fraud')).toBe(2);
  });

  it('a workspace that comes back to a name it gave up claims it anew', async () => {
    const [one, two] = [replica(), replica()];
    const id = await one.create('fraud');
    await one.rename(id, 'scams');
    const answers = await Promise.all([codeOf(one.rename(id, 'fraud')), codeOf(two.create('fraud'))]);
    expect(answers.sort()).toEqual(['done', 'workspace-name-taken']);
  });

  it('a default workspace that was reserved, and not made, is made by the next call', async () => {
    expect(await codeOf(dying('workspace-').ensure())).toBe('killed');
    expect(await typesIn('defaultWorkspace-olga')).toEqual(['DefaultWorkspaceReserved']);
    await replica().ensure();
    await Promise.all([replica().ensure(), replica().ensure()]);
    expect(await typesIn('workspace-1')).toEqual(['DefaultWorkspaceProvisioned']);
    expect(await typesIn('workspaceNumber-all')).toHaveLength(1);
    expect(readModels.get('SELECT name, created_by FROM workspaces')).toEqual({
      name: 'olga@example.com - Default Workspace',
      created_by: 'olga',
    });
  });

  it('many processes that make one default workspace at once make one', async () => {
    const replicas = Array.from({ length: 8 }, () => replica());
    await Promise.all(replicas.map((one) => one.ensure()));
    const made = readModels.all('SELECT workspace_id FROM workspaces');
    expect(made).toHaveLength(1);
    expect(await typesIn('defaultWorkspace-olga')).toHaveLength(1);
  });
});

describe('a race', () => {
  it('is run until it is settled', async () => {
    let lost = 0;
    expect(
      await untilSettled(async () => {
        if (++lost < 40) throw new RaceLost('others were faster');
        return 'won';
      }),
    ).toBe('won');
  });

  it('that never ends is given up, and any other failure is told at once', async () => {
    let tries = 0;
    const never = untilSettled(async () => {
      tries++;
      throw new RaceLost('others were faster');
    });
    await expect(never).rejects.toThrow('others were faster');
    expect(tries).toBe(50);
    await expect(untilSettled(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
  });
});
