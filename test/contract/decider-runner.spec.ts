import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainError } from '../../src/domain/shared/domain-error.js';
import type { Decider, DomainEvent } from '../../src/domain/shared/decider.js';
import type { CommandContext } from '../../src/event-store/command-context.js';
import { DeciderRunner, MAX_ATTEMPTS, type Decided } from '../../src/event-store/decider-runner.js';
import type { EventStore, RecordedEvent } from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';

/** A list of names; each command adds some, one event each. Its events borrow a type of the catalogue. */
type Named = DomainEvent<'GroupRecorded', { groupId: string; name: string; note?: string }>;
interface Names {
  readonly names: readonly string[];
  readonly at: string | null;
}
interface Add {
  readonly names: readonly string[];
  readonly note?: string | undefined;
}

let decided: Names[];
const decider: Decider<Names, Add, Named> = {
  name: 'names',
  initialState: { names: [], at: null },
  decide: (command, state) => {
    decided.push(state);
    if (command.names.includes('refused')) throw new DomainError('conflict', 'refused', 'refused');
    return command.names
      .filter((name) => !state.names.includes(name))
      .map((name) => ({
        type: 'GroupRecorded',
        data: { groupId: 'g', name, ...('note' in command ? { note: command.note } : {}) } as Named['data'],
      }));
  },
  evolve: ({ names }, { data, occurredAt }) => ({
    names: [...names, 'note' in data ? `${data.name} (${data.note})` : data.name],
    at: occurredAt,
  }),
};

const context: CommandContext = {
  now: '2026-05-04T03:02:01.000Z',
  actor: { kind: 'user', id: 'u-1' },
  credential: { type: 'user_psk', id: 'psk-1' },
  correlationId: 'correlation-1',
  causationId: 'request-1',
};
const keyed = (key: string, fingerprint = 'f'): CommandContext => ({
  ...context,
  idempotency: { key, fingerprint },
});

describe('DeciderRunner', () => {
  let dataDir: string;
  let store: EventStore;
  let runner: DeciderRunner;
  let stream: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'countersign-runner-'));
    store = await SqliteEventStore.open({ dataDir });
    runner = new DeciderRunner(store);
    stream = `group-${randomUUID()}`;
    decided = [];
  });
  afterEach(async () => {
    await store.close();
    await rm(dataDir, { recursive: true });
  });

  const events = async (): Promise<RecordedEvent[]> => {
    const all: RecordedEvent[] = [];
    for await (const event of store.readStream(stream)) all.push(event);
    return all;
  };
  const names = async (): Promise<unknown[]> => (await events()).map(({ data }) => data['name']);
  const add = (by: DeciderRunner, name: string, as: CommandContext = context): Promise<Decided<Names>> =>
    by.run(decider, stream, { names: [name] }, as);

  /** Another replica that writes between this one's look at the stream and its append, `times` times. */
  const outrun = (times: number, write: (other: DeciderRunner, time: number) => Promise<unknown>): void => {
    const other = new DeciderRunner(store);
    const append = store.append.bind(store);
    let left = times;
    let inside = false;
    store.append = async (...parameters) => {
      if (left > 0 && !inside) {
        inside = true;
        await write(other, times - left--);
        inside = false;
      }
      return append(...parameters);
    };
  };

  describe('a command', () => {
    it('appends what was decided, with who, why and when', async () => {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      const result = await runner.run(
        decider,
        stream,
        { names: ['a', 'b'] },
        { ...context, traceparent, reason: 'why not' },
      );

      expect(result).toStrictEqual({
        state: { names: ['a', 'b'], at: context.now },
        revision: 1n,
        position: 2n,
        unchanged: false,
      });
      const { now, ...who } = context;
      expect((await events()).map(({ type, data, metadata }) => ({ type, data, metadata }))).toStrictEqual(
        ['a', 'b'].map((name) => ({
          type: 'GroupRecorded',
          data: { groupId: 'g', name },
          metadata: { occurredAt: now, schemaVersion: 1, ...who, traceparent, reason: 'why not' },
        })),
      );
    });

    it('decides on what the stream says', async () => {
      await add(runner, 'a');
      await add(runner, 'b');
      expect(decided.map((state) => state.names)).toEqual([[], ['a']]);
    });

    it('for a new stream is decided and appended without reading', async () => {
      store.readStream = () => {
        throw new Error('read');
      };
      expect(await runner.create(decider, stream, { names: ['a'] }, context)).toStrictEqual({
        state: { names: ['a'], at: context.now },
        revision: 0n,
        position: 1n,
        unchanged: false,
      });
    });

    it.each([
      ['somebody else has written', async () => add(new DeciderRunner(store), 'first'), context],
      ['this replica knows', async () => add(runner, 'first'), context],
      ['a keyed request may have written before', async () => add(runner, 'first', keyed('k')), keyed('k')],
    ])('for a new stream leaves alone one that %s', async (_, given, as) => {
      await given();
      expect(await runner.create(decider, stream, { names: ['second'] }, as)).toBeUndefined();
      expect(await names()).toEqual(['first']);
    });

    it('for a new stream fails as the store does', async () => {
      await store.close();
      await expect(runner.create(decider, stream, { names: ['a'] }, context)).rejects.toThrow();
    });

    it('that changes nothing answers with where the last event stands', async () => {
      await add(runner, 'a');
      await store.append(`group-${randomUUID()}`, [{ ...(await events())[0]!, id: randomUUID() }], 'any');
      const expected = {
        state: { names: ['a'], at: context.now },
        revision: 0n,
        position: 1n,
        unchanged: true,
      };
      expect(await add(runner, 'a')).toStrictEqual(expected);
      expect(await add(new DeciderRunner(store), 'a')).toStrictEqual(expected);
      expect(await events()).toHaveLength(1);
    });

    it('that changes nothing on a stream that does not exist answers -1', async () => {
      expect(await runner.run(decider, stream, { names: [] }, context)).toStrictEqual({
        state: decider.initialState,
        revision: -1n,
        position: -1n,
        unchanged: true,
      });
    });

    it('that is refused writes nothing', async () => {
      await expect(add(runner, 'refused')).rejects.toMatchObject({ name: 'DomainError', code: 'refused' });
      expect(await events()).toEqual([]);
    });

    it('with an event that is in no catalogue writes nothing', async () => {
      const stray = { ...decider, decide: () => [{ type: 'Unheard', data: {} } as unknown as Named] };
      await expect(runner.run(stray, stream, { names: [] }, context)).rejects.toThrow(
        'Unheard is not in the event catalogue',
      );
      expect(await events()).toEqual([]);
    });

    it('passes on that the log is away', async () => {
      await store.close();
      await expect(add(runner, 'a')).rejects.toMatchObject({ name: 'EventStoreUnavailable' });
    });
  });

  describe('order of checks', () => {
    const refuse = (kind: 'not-found' | 'forbidden') => (): void => {
      throw new DomainError(kind, 'no', 'no');
    };

    it('authorize comes before If-Match, and sees the present state', async () => {
      await add(new DeciderRunner(store), 'a');
      const seen: Names[] = [];
      const run = runner.run(
        decider,
        stream,
        { names: ['refused'] },
        { ...context, ifMatch: 9n },
        {
          authorize: (state) => {
            seen.push(state);
            refuse('forbidden')();
          },
        },
      );
      await expect(run).rejects.toMatchObject({ name: 'DomainError', kind: 'forbidden' });
      expect(seen).toEqual([{ names: ['a'], at: context.now }]);
    });

    it('If-Match comes before the decision', async () => {
      await add(runner, 'a');
      decided = [];
      const run = runner.run(decider, stream, { names: ['refused'] }, { ...context, ifMatch: 9n });
      await expect(run).rejects.toMatchObject({ name: 'PreconditionFailed', revision: 0n });
      expect(decided).toEqual([]);
    });
  });

  describe('If-Match', () => {
    it.each<[number, bigint | 'exists', boolean]>([
      [0, 0n, false],
      [0, 'exists', false],
      [1, 0n, true],
      [1, 'exists', true],
      [1, 1n, false],
      [2, 0n, false],
      [2, 1n, true],
    ])('after %i events, %p: passes %p', async (count, ifMatch, passes) => {
      for (let i = 0; i < count; i++) await add(runner, `n${i}`);
      const run = add(runner, 'new', { ...context, ifMatch });
      if (passes) expect((await run).revision).toBe(BigInt(count));
      else
        await expect(run).rejects.toMatchObject({ name: 'PreconditionFailed', revision: BigInt(count) - 1n });
    });

    it('is not decided again when another writer was faster', async () => {
      await add(runner, 'a');
      outrun(1, (other) => add(other, 'faster'));
      decided = [];
      await expect(add(runner, 'slower', { ...context, ifMatch: 0n })).rejects.toMatchObject({
        name: 'PreconditionFailed',
        revision: 1n,
        message: 'the entity is at revision 1',
      });
      expect(await names()).toEqual(['a', 'faster']);
    });
  });

  describe('a lost race', () => {
    it('is decided again on what the other writer left', async () => {
      await add(runner, 'a');
      outrun(1, (other) => add(other, 'faster'));
      decided = [];
      const { revision, state } = await add(runner, 'slower');
      expect(revision).toBe(2n);
      expect(state.names).toEqual(['a', 'faster', 'slower']);
      expect(decided.map((before) => before.names)).toEqual([['a'], ['a'], ['a', 'faster']]);
      expect(await names()).toEqual(['a', 'faster', 'slower']);
    });

    it('may leave nothing to do', async () => {
      outrun(1, (other) => add(other, 'same'));
      expect(await add(runner, 'same')).toMatchObject({ revision: 0n, unchanged: true });
      expect(await names()).toEqual(['same']);
    });

    it('may lead to a refusal', async () => {
      const once: Decider<Names, Add, Named> = {
        ...decider,
        decide: (command, state) => {
          if (state.names.length > 0) throw new DomainError('conflict', 'taken', 'taken');
          return decider.decide(command, state);
        },
      };
      outrun(1, (other) => add(other, 'faster'));
      await expect(runner.run(once, stream, { names: ['slower'] }, context)).rejects.toMatchObject({
        code: 'taken',
      });
    });

    it('is asked for permission again', async () => {
      outrun(1, (other) => add(other, 'faster'));
      const run = runner.run(decider, stream, { names: ['slower'] }, context, {
        authorize: ({ names: present }) => {
          if (present.includes('faster')) throw new DomainError('forbidden', 'no', 'no');
        },
      });
      await expect(run).rejects.toMatchObject({ kind: 'forbidden' });
    });

    it.each([
      [MAX_ATTEMPTS - 1, 'fulfilled'],
      [MAX_ATTEMPTS, 'rejected'],
    ])('%i times in a row: %s', async (times, status) => {
      outrun(times, (other, time) => add(other, `faster ${time}`));
      const [outcome] = await Promise.allSettled([add(runner, 'slower')]);
      expect(outcome!.status).toBe(status);
      if (outcome!.status === 'rejected') {
        expect(outcome!.reason).toMatchObject({
          name: 'RaceLost',
          message: `other writers to ${stream} were faster ${MAX_ATTEMPTS} times`,
        });
      }
      expect((await names()).includes('slower')).toBe(status === 'fulfilled');
    });

    it('many commands of two replicas all get in, each decided on what was there', async () => {
      const other = new DeciderRunner(store);
      const wanted = Array.from({ length: 20 }, (_, i) => `n${i}`);
      const results = await Promise.all(wanted.map((name, i) => add(i % 2 === 0 ? runner : other, name)));
      expect(results.map(({ revision }) => Number(revision)).sort((a, b) => a - b)).toEqual(
        wanted.map((_, i) => i),
      );
      const stored = await names();
      expect(new Set(stored)).toEqual(new Set(wanted));
      for (const [i, { state, revision }] of results.entries()) {
        expect(state.names).toEqual(stored.slice(0, Number(revision) + 1));
        expect(state.names.at(-1)).toBe(wanted[i]);
      }
    });

    it('commands of one replica do not race each other', async () => {
      const wanted = Array.from({ length: 30 }, (_, i) => `n${i}`);
      await Promise.all(wanted.map((name) => add(runner, name)));
      expect(decided).toHaveLength(30);
      expect(await names()).toEqual(wanted);
    });
  });

  describe('the idempotency key', () => {
    const again = (by: DeciderRunner, key: string, ...wanted: string[]): Promise<Decided<Names>> =>
      by.run(decider, stream, { names: wanted }, keyed(key));

    it('a repeat gets the first result and writes nothing, also from a new runner and after later events', async () => {
      await add(runner, 'before');
      const first = await again(runner, 'key-1', 'a', 'b');
      const repeated = { ...first, unchanged: true };

      expect(await again(runner, 'key-1', 'a', 'b')).toStrictEqual(repeated);
      await add(runner, 'later');
      expect(await again(runner, 'key-1', 'a', 'b')).toStrictEqual(repeated);
      expect(await again(new DeciderRunner(store), 'key-1', 'a', 'b')).toStrictEqual(repeated);
      expect(await names()).toEqual(['before', 'a', 'b', 'later']);
    });

    it('a repeat passes by permission, If-Match and the rules: it was carried out', async () => {
      const first = await again(runner, 'key-1', 'a');
      await add(runner, 'later');
      const run = runner.run(
        decider,
        stream,
        { names: ['refused'] },
        { ...keyed('key-1'), ifMatch: -1n },
        {
          authorize: () => {
            throw new DomainError('forbidden', 'no', 'no');
          },
        },
      );
      expect(await run).toStrictEqual({ ...first, unchanged: true });
    });

    it('a repeat that runs beside the first one writes once', async () => {
      const runners = [runner, new DeciderRunner(store), new DeciderRunner(store)];
      const results = await Promise.all(runners.map((by) => again(by, 'key-1', 'a', 'b')));
      expect(new Set(results.map(({ position }) => position))).toEqual(new Set([2n]));
      expect(await names()).toEqual(['a', 'b']);
    });

    it('a repeat that lost a race to the first one writes nothing', async () => {
      const always: Decider<Names, Add, Named> = {
        ...decider,
        decide: (command) => decider.decide(command, decider.initialState),
      };
      outrun(1, async (other) => {
        await add(other, 'faster');
        await other.run(always, stream, { names: ['a'] }, keyed('key-1'));
      });
      const result = await runner.run(always, stream, { names: ['a'] }, keyed('key-1'));
      expect(result).toMatchObject({ revision: 1n, unchanged: true });
      expect(await names()).toEqual(['faster', 'a']);
    });

    it('a repeat whose first one gets there while it looks at the stream writes nothing', async () => {
      await add(runner, 'before');
      const fresh: Decider<Names, Add, Named> = {
        ...decider,
        decide: (command, state) =>
          command.names.map((name) => ({
            type: 'GroupRecorded',
            data: { groupId: 'g', name: `${name} as number ${state.names.length}` },
          })),
      };
      const write = (by: DeciderRunner) => by.run(fresh, stream, { names: ['a'] }, keyed('k'));
      const readStream = store.readStream.bind(store);
      let looked = 0;
      store.readStream = async function* (name, options) {
        yield* readStream(name, options);
        if (looked++ === 0) await write(new DeciderRunner(store));
      };

      expect(await write(runner)).toMatchObject({ revision: 1n });
      expect(await names()).toEqual(['before', 'a as number 1']);
    });

    it('with another request is refused, also from a new runner', async () => {
      await runner.run(decider, stream, { names: ['a'] }, keyed('key-1', 'one body'));
      for (const by of [runner, new DeciderRunner(store)]) {
        await expect(
          by.run(decider, stream, { names: ['b'] }, keyed('key-1', 'another body')),
        ).rejects.toMatchObject({ name: 'IdempotencyKeyReused' });
      }
      expect(await names()).toEqual(['a']);
    });

    it('another one is another request', async () => {
      await again(runner, 'key-1', 'a');
      expect(await again(runner, 'key-2', 'b')).toMatchObject({ unchanged: false, revision: 1n });
    });

    it('gives the same event ids to whoever carries the request out', async () => {
      await again(runner, 'key-1', 'a', 'b');
      const ids = (await events()).map(({ id }) => id);
      expect(new Set(ids).size).toBe(2);

      const otherDir = await mkdtemp(join(tmpdir(), 'countersign-runner-'));
      const otherStore = await SqliteEventStore.open({ dataDir: otherDir });
      await again(new DeciderRunner(otherStore), 'key-1', 'a', 'b');
      const otherIds: string[] = [];
      for await (const { id } of otherStore.readStream(stream)) otherIds.push(id);
      await otherStore.close();
      await rm(otherDir, { recursive: true });
      expect(otherIds).toEqual(ids);
    });
  });

  describe('what is remembered', () => {
    /** Nothing is read from here on but what comes back, by the revision where each reading started. */
    const readings = (): readonly (bigint | undefined)[] => {
      const starts: (bigint | undefined)[] = [];
      const readStream = store.readStream.bind(store);
      store.readStream = (name, options) => {
        starts.push(options?.from);
        return readStream(name, options);
      };
      return starts;
    };

    it('is enough to change something', async () => {
      await add(runner, 'a');
      const starts = readings();
      await add(runner, 'b');
      expect(starts).toEqual([]);
      expect(await names()).toEqual(['a', 'b']);
    });

    it('counts for nothing when another writer has written since', async () => {
      await add(runner, 'a');
      await add(new DeciderRunner(store), 'b');
      expect(await add(runner, 'c')).toMatchObject({ state: { names: ['a', 'b', 'c'] }, revision: 2n });
      expect(decided.at(-1)?.names).toEqual(['a', 'b']);
      expect(await names()).toEqual(['a', 'b', 'c']);
    });

    it('is not enough to leave something as it is', async () => {
      const exclusive: Decider<readonly string[], string, Named> = {
        name: 'exclusive',
        initialState: [],
        decide: (name, state) =>
          state.at(-1) === name
            ? []
            : [{ type: 'GroupRecorded', data: { groupId: 'g', name } as Named['data'] }],
        evolve: (state, { data }) => [...state, data.name],
      };
      await runner.run(exclusive, stream, 'a', context);
      await new DeciderRunner(store).run(exclusive, stream, 'b', context);
      expect(await runner.run(exclusive, stream, 'a', context)).toMatchObject({
        unchanged: false,
        revision: 2n,
      });
      expect(await names()).toEqual(['a', 'b', 'a']);
    });

    it.each([
      [
        'permission',
        {
          authorize: ({ names: found }: Names) => {
            if (!found.includes('b')) throw new DomainError('forbidden', 'no', 'no');
          },
        },
        context,
      ],
      ['If-Match', {}, { ...context, ifMatch: 1n }],
    ])('is not enough to refuse: %s', async (_, options, as) => {
      await add(runner, 'a');
      await add(new DeciderRunner(store), 'b');
      await runner.run(decider, stream, { names: ['c'] }, as, options);
      expect(await names()).toEqual(['a', 'b', 'c']);
    });

    it('is not enough for a request with a key: another replica may have carried it out', async () => {
      await add(runner, 'a');
      await add(new DeciderRunner(store), 'b', keyed('k'));
      expect(await add(runner, 'b', keyed('k'))).toMatchObject({ unchanged: true, revision: 1n });
      expect(await names()).toEqual(['a', 'b']);
    });

    it('equals what a fresh look at the log gives', async () => {
      const commands: Add[] = [
        { names: ['a', 'b'] },
        { names: ['c'], note: 'said' },
        { names: ['d'], note: undefined },
        { names: ['a'] },
        { names: ['e', 'f'] },
      ];
      for (const [i, command] of commands.entries()) {
        const now = `2026-05-04T03:02:0${i}.000Z`;
        const { state, revision, position } = await runner.run(decider, stream, command, { ...context, now });
        const fresh = await new DeciderRunner(store).load(decider, stream);
        expect({ state, revision, position }).toStrictEqual(fresh);
        expect(await runner.load(decider, stream)).toStrictEqual(fresh);
      }
    });

    it('does not hang on the objects of the command', async () => {
      const shared = { groupId: 'g', name: 'a' };
      const aliasing: Decider<Named['data'][], null, Named> = {
        name: 'aliasing',
        initialState: [],
        decide: () => [{ type: 'GroupRecorded', data: shared }],
        evolve: (state, { data }) => [...state, data],
      };
      await runner.run(aliasing, stream, null, context);
      shared.name = 'changed afterwards';
      expect((await runner.load(aliasing, stream)).state).toEqual([{ groupId: 'g', name: 'a' }]);
    });

    it('belongs to one decider', async () => {
      await add(runner, 'a');
      const count: Decider<number, never, Named> = {
        name: 'count',
        initialState: 0,
        decide: () => [],
        evolve: (state) => state + 1,
      };
      expect((await runner.load(count, stream)).state).toBe(1);
      expect((await runner.load(decider, stream)).state.names).toEqual(['a']);
    });

    it('saves reading what was folded before', async () => {
      await add(runner, 'a');
      const starts = readings();
      await runner.load(decider, stream);
      expect(starts).toEqual([1n]);
    });
  });

  it('load of a stream that does not exist gives the initial state', async () => {
    expect(await runner.load(decider, stream)).toStrictEqual({
      state: decider.initialState,
      revision: -1n,
      position: -1n,
    });
  });

  it('an event of an unknown version is not folded over', async () => {
    await add(runner, 'a');
    const [event] = await events();
    const newer = { ...event!, id: randomUUID(), metadata: { ...event!.metadata, schemaVersion: 99 } };
    await store.append(stream, [newer], 0n);
    await expect(add(runner, 'b')).rejects.toMatchObject({ name: 'UnreadableEvent' });
    expect(await events()).toHaveLength(2);
  });
});
