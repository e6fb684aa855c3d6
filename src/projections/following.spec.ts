import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Engines, reach, statusOf, until } from '../../test/support/engines.js';
import { MemoryEventStore } from '../../test/support/memory-event-store.js';
import {
  appendRoles,
  rolesProjection,
  rolesReplaced,
  trailProjection,
} from '../../test/support/projections.js';
import type { RecordedEvent, SubscriptionBatch } from '../event-store/event-store.js';
import { ReadModelBehind } from './projection.js';
import type { ProjectionEngine } from './projection-engine.js';

let store: MemoryEventStore;
let engines: Engines;

beforeEach(() => {
  store = new MemoryEventStore();
  engines = new Engines(store);
});

afterEach(() => engines.close());

const changes = (engine: ProjectionEngine): unknown =>
  engine.get<{ n: number }>('SELECT sum(changes) AS n FROM deployment_roles')?.n;

describe('a log that is away', () => {
  it('is waited for at the start; queries are answered meanwhile', async () => {
    const head = await appendRoles(store, 3);
    await (await engines.upToDate(rolesProjection())).stop();
    store.goAway();
    const engine = engines.start(rolesProjection());
    await until(() => engines.said.length >= 2);
    expect(changes(engine)).toBe(3);
    expect(engine.trustworthy('roles')).toBe(false);
    store.comeBack();
    await until(() => engine.trustworthy('roles'));
    expect(engine.position).toBe(head);
  });

  it('is subscribed to again from where the checkpoint stands, each event applied once', async () => {
    const engine = await engines.upToDate(rolesProjection(), trailProjection());
    for (let round = 1; round <= 3; round++) {
      await reach(engine, await appendRoles(store, 2, 5, round * 10));
      store.goAway();
      await until(() => statusOf(engine, 'roles').state === 'catchingUp');
      expect(engine.trustworthy('roles')).toBe(true);
      store.comeBack();
    }
    await reach(engine, await appendRoles(store, 2, 5, 50));
    expect(changes(engine)).toBe(8);
    expect(engine.get('SELECT count(*) AS n FROM trail')).toEqual({ n: 8 });
    expect(store.subscriptions).toBeGreaterThanOrEqual(4);
  });

  describe('and comes back without the event that was applied last', () => {
    let engine: ProjectionEngine;
    beforeEach(async () => {
      engine = await engines.upToDate(rolesProjection());
      await reach(engine, await appendRoles(store, 5));
      store.goAway();
      store.truncateTo(3);
      store.comeBack();
    });

    it('with another in its place: nothing is built on it, and it is said what helps', async () => {
      await store.append('deployment-d4', [rolesReplaced('d4', ['other'])], 'no-stream');
      await until(() => statusOf(engine, 'roles').state === 'failed');
      expect(statusOf(engine, 'roles').error?.message).toBe(
        'the log is not the one the read models were filled from: they are built anew at the next start',
      );
      expect(changes(engine)).toBe(5);
      await engine.stop();
      const again = engines.start(rolesProjection());
      await until(() => again.trustworthy('roles'));
      expect(changes(again)).toBe(4);
    });

    it('with nothing there yet: a node may be behind, so it is waited for, and nobody decides meanwhile', async () => {
      const said = engines.said.length;
      await until(() => engines.said.length >= said + 3);
      expect(statusOf(engine, 'roles').state).toBe('catchingUp');
      expect(engine.trustworthy('roles')).toBe(false);
      expect(changes(engine)).toBe(5);
      store.restore();
      await until(() => engine.trustworthy('roles'));
      await reach(engine, await appendRoles(store, 1, 5, 5));
      expect(changes(engine)).toBe(6);
    });
  });

  it('does not keep the engine from stopping', async () => {
    store.goAway();
    const engine = engines.start(rolesProjection());
    await until(() => engines.said.length >= 2);
    await engine.stop();
  });
});

describe('trouble with the machine', () => {
  it('is not blamed on the event: the batch is tried again', async () => {
    let failures = 3;
    const diskFull = rolesProjection({
      onEvent: () => {
        if (failures === 0) return;
        failures -= 1;
        throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
      },
    });
    await appendRoles(store, 4);
    const engine = await engines.upToDate(trailProjection(), diskFull);
    expect(changes(engine)).toBe(4);
    expect(engine.get('SELECT count(*) AS n FROM trail')).toEqual({ n: 4 });
    expect(engines.said).toEqual(Array(3).fill('the read models do not follow the log for now'));
  });

  it('makes what stands here unfit to decide on, until it has caught up again', async () => {
    let full = false;
    const diskFull = rolesProjection({
      onEvent: () => {
        if (full)
          throw Object.assign(new Error('database or disk is full'), {
            code: 'ERR_SQLITE_ERROR',
            errcode: 13,
          });
      },
    });
    const engine = await engines.upToDate(diskFull);
    expect(engine.trustworthy('roles')).toBe(true);
    full = true;
    await appendRoles(store, 1);
    await until(() => engines.said.length > 0);
    expect(engine.trustworthy('roles')).toBe(false);
    full = false;
    await until(() => engine.trustworthy('roles'));
    expect(changes(engine)).toBe(1);
  });
});

describe('a log out of order', () => {
  it.each([
    ['repeats a position', [1n, 2n, 2n]],
    ['goes back', [1n, 3n, 2n]],
  ])('stops everything when it %s', async (_, positions) => {
    await appendRoles(store, 1);
    const [sample] = (await collect(store.readAll())) as [RecordedEvent];
    const events = positions.map((position) => ({ ...sample, position }));
    store.subscribeToAll = async function* (): AsyncGenerator<SubscriptionBatch> {
      yield { events, position: 9n, caughtUp: true };
    };
    const engine = engines.start(rolesProjection(), trailProjection());
    await expect(reach(engine, 9n)).rejects.toThrow(
      /the log handed over position 2 \(deployment-d0\) after [23]/,
    );
    expect(engine.status().map(({ state, error }) => [state, error?.eventType])).toEqual([
      ['failed', null],
      ['failed', null],
    ]);
    expect(changes(engine)).toBeNull();
  });

  const collect = async (events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> => {
    const all: RecordedEvent[] = [];
    for await (const event of events) all.push(event);
    return all;
  };
});

describe('two engines on one database', () => {
  it('never apply an event twice: one of them stops and says why', async () => {
    await appendRoles(store, 3);
    const one = await engines.upToDate(rolesProjection());
    const two = await engines.upToDate(rolesProjection());
    const head = await appendRoles(store, 5, 5, 3);
    await until(() => [one, two].some((engine) => engine.status()[0]?.state === 'failed'));
    const loser = one.status()[0]?.state === 'failed' ? one : two;
    const winner = loser === one ? two : one;
    await reach(winner, head);
    expect(changes(winner)).toBe(8);
    expect(winner.trustworthy('roles')).toBe(true);
    expect(loser.trustworthy('roles')).toBe(false);
    await expect(reach(loser, head + 1n)).rejects.toThrow(/another process moves the read models/);
    await reach(winner, await appendRoles(store, 1));
    expect(changes(winner)).toBe(9);
  });
});

describe('waiting for a position', () => {
  it('ends at once when it is passed already', async () => {
    const head = await appendRoles(store, 2);
    const engine = await engines.upToDate(rolesProjection());
    await expect(engine.waitFor(head, { timeoutMs: 0 })).resolves.toBeUndefined();
  });

  it('ends when the event is visible', async () => {
    const engine = await engines.upToDate(rolesProjection());
    const seen = reach(engine, 0n).then(() => changes(engine));
    await appendRoles(store, 1);
    expect(await seen).toBe(1);
  });

  it('ends with an error in time when the event does not come', async () => {
    const engine = await engines.upToDate(rolesProjection());
    const waiting = engine.waitFor(7n, { timeoutMs: 1 });
    await expect(waiting).rejects.toBeInstanceOf(ReadModelBehind);
    await expect(waiting).rejects.toMatchObject({ position: 7n });
  });

  it('ends with an error when the engine stops', async () => {
    const engine = await engines.upToDate(rolesProjection());
    const waiting = expect(reach(engine, 7n)).rejects.toBeInstanceOf(ReadModelBehind);
    await engine.stop();
    await waiting;
  });

  it('is only for what was asked: others may lag', async () => {
    await appendRoles(store, 1_500);
    await (await engines.upToDate(trailProjection())).stop();
    const engine = engines.open(trailProjection(), rolesProjection());
    await expect(reach(engine, 1_499n, 'trail')).resolves.toBeUndefined();
    await expect(engine.waitFor(0n, { timeoutMs: 0 })).rejects.toBeInstanceOf(ReadModelBehind);
  });

  it('refuses a projection that does not exist', async () => {
    const engine = engines.open(rolesProjection());
    await expect(reach(engine, 0n, 'rolls')).rejects.toThrow('there is no projection rolls');
    expect(() => engine.trustworthy('rolls')).toThrow('there is no projection rolls');
  });
});
