import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import type { AppendResult, ExpectedRevision, NewEvent } from '../../event-store/event-store.js';
import { platformPrincipal } from '../../platform/auth/principals.js';
import type { Config } from '../../platform/config/config.js';
import { RegisterModelGroup, UpdateModelGroup } from './commands.js';
import { GroupNames } from './group-names.js';
import { RegisterModelGroupHandler } from './register-model-group.handler.js';
import { UpdateModelGroupHandler } from './update-model-group.handler.js';

const CALLER = platformPrincipal('0a1b2c3d');
const CONFIG = { modelAccessControl: true } as Config;
const NO_ACCESS = { mode: null, backendRoles: null, addAllBackendRoles: null };
const context = (more: Partial<CommandContext> = {}): CommandContext => ({
  now: '2026-01-02T03:04:05.678Z',
  actor: { kind: 'platform', id: 'platform' },
  credential: { type: 'platform_psk', id: '0a1b2c3d' },
  correlationId: 'c',
  causationId: 'r',
  ...more,
});
const keyed = (key: string): CommandContext => context({ idempotency: { key, fingerprint: 'f' } });

/** A log whose next append to some stream waits, or never comes back. */
class HeldStore extends MemoryEventStore {
  hold: ((stream: string) => Promise<void> | undefined) | undefined;

  override async append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendResult> {
    await this.hold?.(stream);
    return super.append(stream, events, expected);
  }
}

/** One process of several on the same log. */
class Replica {
  private readonly names: GroupNames;
  private readonly registering: RegisterModelGroupHandler;
  private readonly updating: UpdateModelGroupHandler;

  constructor(store: MemoryEventStore) {
    const runner = new DeciderRunner(store);
    this.names = new GroupNames(runner);
    this.registering = new RegisterModelGroupHandler(runner, this.names, CONFIG);
    this.updating = new UpdateModelGroupHandler(runner, this.names, CONFIG);
  }

  /** The id it got, or the code it was refused with. */
  register(name: string, modelGroupId: string | null = null, how = context()): Promise<string> {
    const group = { name, description: null, access: NO_ACCESS, modelGroupId };
    return outcome(this.registering.execute(new RegisterModelGroup(group, CALLER, how)));
  }

  rename(modelGroupId: string, name: string, how = context()): Promise<string> {
    const change = { name, description: null, access: NO_ACCESS };
    return outcome(this.updating.execute(new UpdateModelGroup(modelGroupId, change, CALLER, how)));
  }
}

const outcome = async (written: Promise<{ readonly modelGroupId: string }>): Promise<string> => {
  try {
    return (await written).modelGroupId;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
};

let store: HeldStore;
let here: Replica;
let there: Replica;
beforeEach(() => {
  store = new HeldStore();
  here = new Replica(store);
  there = new Replica(store);
});

/** Names of the groups there are, by the log alone. */
const names = async (): Promise<Record<string, string>> => {
  const found: Record<string, string> = {};
  for await (const { type, data } of store.readAll()) {
    const { modelGroupId, name, after } = data as {
      modelGroupId: string;
      name: string;
      after: { name: string };
    };
    if (type === 'ModelGroupRegistered') found[modelGroupId] = name;
    if (type === 'ModelGroupUpdated') found[modelGroupId] = after.name;
    if (type === 'ModelGroupDeleted') delete found[modelGroupId];
  }
  return found;
};

/** Holds the next append to the stream until it is let go. */
const holdNext = (stream: string): { readonly reached: Promise<void>; readonly letGo: () => void } => {
  let reach = (): void => undefined;
  let letGo = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  store.hold = (asked) => {
    if (asked !== stream) return undefined;
    store.hold = undefined;
    reach();
    return gate;
  };
  return { reached, letGo };
};

describe('the name of a group, over two replicas', () => {
  it('goes to one of those who register it at the same time', async () => {
    for (let round = 0; round < 20; round++) {
      const name = `n ${round}`;
      const ids = [`a${round}`, `b${round}`, `c${round}`, `d${round}`];
      const outcomes = await Promise.all(ids.map((id, n) => (n % 2 ? here : there).register(name, id)));
      const taken = Object.entries(await names()).filter(([, one]) => one === name);
      expect(taken).toHaveLength(1);
      expect(outcomes.filter((one) => one === 'model-group-name-taken')).toHaveLength(3);
      expect(outcomes).toContain(taken[0]![0]);
    }
  });

  it('goes to one of those who rename to it or register it at the same time', async () => {
    for (let round = 0; round < 20; round++) {
      const name = `n ${round}`;
      await here.register(`before ${round}`, `x${round}`);
      await Promise.all([
        here.rename(`x${round}`, name),
        there.register(name, `y${round}`),
        there.rename(`x${round}`, name),
      ]);
      expect(Object.values(await names()).filter((one) => one === name)).toHaveLength(1);
    }
  });

  it('is taken over from a registration that stopped after its claim', async () => {
    store.hold = (stream) => (stream === 'modelGroup-lost' ? Promise.reject(new Error('killed')) : undefined);
    await expect(here.register('name', 'lost')).rejects.toThrow('killed');
    store.hold = undefined;
    expect(await there.register('name', 'next')).toBe('next');
    expect(await names()).toStrictEqual({ next: 'name' });
  });

  it('is not taken by a slow registration from which it was taken over', async () => {
    const { reached, letGo } = holdNext('modelGroup-slow');
    const slow = here.register('name', 'slow');
    await reached;
    expect(await there.register('name', 'quick')).toBe('quick');
    letGo();
    expect(await slow).toBe('model-group-name-taken');
    expect(await names()).toStrictEqual({ quick: 'name' });
  });

  it('is not taken by a slow rename from which it was taken over', async () => {
    await here.register('old', 'slow');
    const { reached, letGo } = holdNext('modelGroup-slow');
    const slow = here.rename('slow', 'name');
    await reached;
    expect(await there.register('name', 'quick')).toBe('quick');
    letGo();
    expect(await slow).toBe('model-group-name-taken');
    expect(await names()).toStrictEqual({ slow: 'old', quick: 'name' });
  });

  it('is not taken by a slow repeat of a claim that the group itself has made anew', async () => {
    await here.register('old', 'x');
    const { reached, letGo } = holdNext('modelGroup-x');
    const slow = here.rename('x', 'name');
    await reached;
    expect(await there.rename('x', 'name')).toBe('x');
    expect(await there.rename('x', 'newer')).toBe('x');
    expect(await there.register('name', 'y')).toBe('y');
    letGo();
    expect(await slow).toBe('model-group-name-taken');
    expect(await names()).toStrictEqual({ x: 'newer', y: 'name' });
  });

  it('stays where it is when an update repeats it', async () => {
    await here.register('name', 'x');
    expect(await there.rename('x', 'name')).toBe('x');
    expect(await here.register('name')).toBe('model-group-name-taken');
  });

  it('is claimed after all when somebody else renames the group in between', async () => {
    await here.register('name', 'x');
    const { reached, letGo } = holdNext('modelGroup-x');
    const repeating = here.rename('x', 'name');
    await reached;
    expect(await there.rename('x', 'other')).toBe('x');
    letGo();
    expect(await repeating).toBe('x');
    expect(await names()).toStrictEqual({ x: 'name' });
    expect(await there.register('other', 'y')).toBe('y');
    expect(await there.register('name', 'z')).toBe('model-group-name-taken');
  });

  it('comes to a repeat of a keyed request that stopped after its claim', async () => {
    store.hold = (stream) => (stream === 'modelGroup-x' ? Promise.reject(new Error('killed')) : undefined);
    await expect(here.register('name', 'x', keyed('k1'))).rejects.toThrow('killed');
    store.hold = undefined;
    expect(await there.register('name', 'x', keyed('k1'))).toBe('x');
  });

  it('is answered again to a repeat of a keyed request that was carried out, whatever came after', async () => {
    const id = await here.register('name', null, keyed('k1'));
    expect(await there.register('name', null, keyed('k1'))).toBe(id);
    await there.rename(id, 'other', keyed('k2'));
    await here.register('name', 'next');
    expect(await there.register('name', null, keyed('k1'))).toBe(id);
    expect(await here.rename(id, 'other', keyed('k2'))).toBe(id);
    expect(await names()).toStrictEqual({ [id]: 'other', next: 'name' });
  });

  it('does not come to a repeat of a keyed request from which it was taken over', async () => {
    store.hold = (stream) => (stream === 'modelGroup-x' ? Promise.reject(new Error('killed')) : undefined);
    await expect(here.register('name', 'x', keyed('k1'))).rejects.toThrow('killed');
    store.hold = undefined;
    await there.register('name', 'y');
    expect(await here.register('name', 'x', keyed('k1'))).toBe('model-group-name-taken');
    expect(await names()).toStrictEqual({ y: 'name' });
  });

  it('is told before the id, and the id before a claim is made', async () => {
    await here.register('name', 'x');
    expect(await there.register('name', 'x')).toBe('model-group-name-taken');
    expect(await there.register('free', 'x')).toBe('model-group-exists');
    const streams: string[] = [];
    for await (const { stream } of store.readAll()) streams.push(stream);
    expect(streams).toHaveLength(2);
  });
});
