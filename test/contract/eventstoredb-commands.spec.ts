import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Decider, DomainEvent } from '../../src/domain/shared/decider.js';
import type { CommandContext } from '../../src/event-store/command-context.js';
import { DeciderRunner, type Decided } from '../../src/event-store/decider-runner.js';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { EventStoreDbServer } from '../support/eventstoredb-server.js';
import { collect, newStream } from './event-store.fixtures.js';

/** A counter: each command adds one. Its events borrow a type of the catalogue. */
type Counted = DomainEvent<'GroupRecorded', { groupId: string; name: string }>;
const counter: Decider<number, 'add', Counted> = {
  name: 'counter',
  initialState: 0,
  decide: (_, count) => [{ type: 'GroupRecorded', data: { groupId: 'g', name: `${count + 1}` } }],
  evolve: (count) => count + 1,
};

const context: CommandContext = {
  now: '2026-05-04T03:02:01.000Z',
  actor: { kind: 'user', id: 'u-1' },
  credential: { type: 'user_psk', id: 'psk-1' },
  correlationId: 'correlation-1',
  causationId: 'request-1',
};
const keyed: CommandContext = { ...context, idempotency: { key: 'k', fingerprint: 'f' } };

const IN_TIME_MS = 2_000;
const unknown = expect.objectContaining({ name: 'AppendOutcomeUnknown' });

describe('commands on an EventStoreDB that gives no answer', () => {
  let server: EventStoreDbServer;
  let store: EventStore;
  let runner: DeciderRunner;
  let stream: string;

  beforeEach(async () => {
    server = await EventStoreDbServer.start();
    store = EventStoreDbEventStore.open({ url: server.url });
    runner = new DeciderRunner(store);
    stream = newStream();
    await add(context);
  });
  afterEach(async () => {
    server.gateway.thaw();
    await store.close();
    await server.stop();
  });

  const add = (as: CommandContext): Promise<Decided<number>> => runner.run(counter, stream, 'add', as);
  const names = async (): Promise<unknown[]> =>
    (await collect(server.content.readStream(stream))).map(({ data }) => data['name']);

  it.each(['unanswered', 'ignored'] as const)(
    'repeated with its idempotency key, a command whose append was %s has its effect once',
    async (appends) => {
      server.faults.appends = appends;
      await expect(add(keyed)).rejects.toEqual(unknown);
      server.faults.appends = 'answered';
      expect(await add(keyed)).toMatchObject({ state: 2, revision: 1n, unchanged: appends === 'unanswered' });
      expect(await add(keyed)).toMatchObject({ state: 2, revision: 1n, unchanged: true });
      expect(await names()).toEqual(['1', '2']);
    },
  );

  it('also when the first attempt gets there after the repeat was decided', async () => {
    server.faults.appends = 'ignored';
    await expect(add(keyed)).rejects.toEqual(unknown);
    server.faults.appends = 'answered';
    const [again] = await Promise.all([add(keyed), ...server.faults.ignored.map((late) => late())]);
    expect(again).toMatchObject({ state: 2, revision: 1n });
    expect(await names()).toEqual(['1', '2']);
  });

  it('without a key the next command is decided on what is there', async () => {
    server.faults.appends = 'unanswered';
    await expect(add(context)).rejects.toEqual(unknown);
    server.faults.appends = 'answered';
    expect(await add(context)).toMatchObject({ state: 3, revision: 2n });
    expect(await names()).toEqual(['1', '2', '3']);
  });

  it('none waits long behind others that wait', async () => {
    server.gateway.freeze();
    const start = performance.now();
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => add(context)));
    expect(performance.now() - start).toBeLessThan(IN_TIME_MS);
    expect(outcomes.map(({ status }) => status)).not.toContain('fulfilled');
    server.gateway.thaw();
    const { state } = await add(context);
    expect(await names()).toHaveLength(state);
  });
});
