import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Engines, reach, statusOf, until } from '../../test/support/engines.js';
import { MemoryEventStore } from '../../test/support/memory-event-store.js';
import {
  appendRoles,
  event,
  rolesProjection,
  rolesReplaced,
  trailProjection,
} from '../../test/support/projections.js';
import { ProjectionFailed } from './projection.js';
import type { ProjectionEngine } from './projection-engine.js';

let store: MemoryEventStore;
let engines: Engines;

beforeEach(() => {
  store = new MemoryEventStore(10n);
  engines = new Engines(store);
});

afterEach(() => engines.close());

const refusePoison = (_: string, data: unknown): void => {
  if ((data as { after?: readonly string[] }).after?.includes('poison') === true)
    throw new Error('not this one');
};
const fragileRoles = rolesProjection({ onEvent: refusePoison });

const appendPoison = async (): Promise<bigint> =>
  (await store.append('deployment-d0', [rolesReplaced('d0', ['poison'])], 'any')).position;

const changes = (engine: ProjectionEngine): unknown =>
  engine.get<{ n: number }>('SELECT sum(changes) AS n FROM deployment_roles')?.n;

describe('a projection that can not apply an event', () => {
  it.each([
    ['in the middle of a batch', 7],
    ['as the first event of a batch', 500],
    ['as the very first event', 0],
  ])('stops exactly before it, and alone: %s', async (_, before) => {
    const reached = await appendRoles(store, before);
    const poison = await appendPoison();
    const head = await appendRoles(store, 4);
    const engine = engines.start(fragileRoles, trailProjection());
    await reach(engine, head, 'trail');
    expect(engine.get('SELECT count(*) AS n FROM trail')).toEqual({ n: before + 5 });
    expect(changes(engine) ?? 0).toBe(before);
    expect(statusOf(engine, 'roles')).toEqual({
      name: 'roles',
      version: 1,
      position: reached,
      lag: head - reached,
      state: 'failed',
      error: { position: poison, eventType: 'RolesReplaced', message: 'not this one' },
    });
    expect(statusOf(engine, 'trail')).toMatchObject({ state: 'live', position: head });
    expect([engine.trustworthy('roles'), engine.trustworthy('trail')]).toEqual([false, true]);
    expect(engine.trustworthy('roles', 'trail')).toBe(false);
  });

  it('undoes what the handler wrote before it threw', async () => {
    const halfDone = {
      ...trailProjection(),
      handlers: (db: Parameters<typeof fragileRoles.handlers>[0]) => {
        const insert = db.prepare("INSERT INTO trail_v1 VALUES (?, 'half', 'half')");
        return {
          RolesReplaced: ({ position }: { position: bigint }) => {
            insert.run(position);
            insert.run(position);
          },
        };
      },
    };
    const engine = engines.start(halfDone);
    await expect(reach(engine, await appendRoles(store, 1))).rejects.toThrow(
      'projection trail has stopped at position 9 (RolesReplaced): UNIQUE constraint failed: trail_v1.position',
    );
    expect(engine.all('SELECT * FROM trail')).toEqual([]);
  });

  it('stops at the earliest event that it refuses, also when it refuses another one the second time', async () => {
    let calls = 0;
    const moody = rolesProjection({
      onEvent: () => {
        calls += 1;
        if (calls === 5 || calls === 7) throw new Error(`call ${calls}`);
      },
    });
    await appendRoles(store, 9);
    const engine = engines.start(moody);
    await until(() => statusOf(engine, 'roles').state === 'failed');
    expect(statusOf(engine, 'roles').error).toMatchObject({ position: 19n, message: 'call 7' });
    expect(changes(engine)).toBe(1);
  });

  it('fails those who wait for it at once, with the cause, and nobody else', async () => {
    const engine = await engines.upToDate(fragileRoles, trailProjection());
    const waiting = [
      reach(engine, 19n),
      reach(engine, 19n, 'roles'),
      reach(engine, 19n, 'trail'),
      reach(engine, 9n),
    ];
    await appendRoles(store, 1);
    await appendPoison();
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
    await expect(reach(engine, 19n, 'roles')).rejects.toThrow(
      'projection roles has stopped at position 19 (RolesReplaced): not this one',
    );
    await expect(reach(engine, 19n)).rejects.toBeInstanceOf(ProjectionFailed);
    await expect(reach(engine, 9n, 'roles')).resolves.toBeUndefined();
  });

  it('still shows after a restart, which tries again once', async () => {
    await appendRoles(store, 3);
    const poison = await appendPoison();
    await appendRoles(store, 2);
    let attempts = 0;
    const counting = rolesProjection({
      onEvent: (type, data) => {
        attempts += 1;
        refusePoison(type, data);
      },
    });
    const first = engines.start(counting, trailProjection());
    await reach(first, await store.head(), 'trail');
    await first.stop();

    attempts = 0;
    const second = engines.open(counting, trailProjection());
    expect(statusOf(second, 'roles')).toMatchObject({ state: 'failed', error: { position: poison } });
    await expect(reach(second, poison, 'roles')).rejects.toBeInstanceOf(ProjectionFailed);
    second.start();
    await until(() => attempts > 0);
    await reach(second, await appendRoles(store, 2), 'trail');
    expect(attempts).toBe(1);
    expect(statusOf(second, 'roles')).toMatchObject({ state: 'failed', error: { position: poison } });
    expect(changes(second)).toBe(3);
  });

  it('goes on where it stopped when a fixed build starts', async () => {
    await appendRoles(store, 3);
    await appendPoison();
    const head = await appendRoles(store, 600);
    const broken = engines.start(fragileRoles, trailProjection());
    await reach(broken, head, 'trail');
    await broken.stop();

    const fixed = engines.start(rolesProjection(), trailProjection());
    await until(() => fixed.trustworthy('roles'));
    await reach(fixed, head);
    expect(changes(fixed)).toBe(604);
    expect(fixed.get('SELECT count(*) AS n FROM trail')).toEqual({ n: 604 });
    expect(engines.said).toContain('a projection that had stopped goes on');
    await fixed.stop();
    expect(statusOf(engines.open(rolesProjection(), trailProjection()), 'roles').state).toBe('catchingUp');
  });
});

describe('an event that this build can not read', () => {
  it('of an unknown type stops only projections of any event', async () => {
    await appendRoles(store, 2);
    const { position } = await store.append('deployment-d0', [event('DeploymentTeleported', {})], 'any');
    const head = await appendRoles(store, 2);
    const engine = engines.start(rolesProjection(), trailProjection());
    await reach(engine, head, 'roles');
    expect(statusOf(engine, 'trail')).toMatchObject({
      state: 'failed',
      error: { position, eventType: 'DeploymentTeleported', message: /* the codec's */ expect.any(String) },
    });
    expect(engine.get('SELECT count(*) AS n FROM trail')).toEqual({ n: 2 });
  });

  it('of a newer schema stops also those that handle its type', async () => {
    await appendRoles(store, 2);
    await store.append('deployment-d0', [event('RolesReplaced', {}, 99)], 'any');
    const engine = engines.start(rolesProjection(), trailProjection());
    await until(() => engine.status().every(({ state }) => state === 'failed'));
    expect(changes(engine)).toBe(2);
  });

  it.each([
    ['of bookkeeping', 'idempotency-1', 'AnswerForgotten', 1],
    ['of a type nobody handles, for those without a handler of any event', 'group-g', 'GroupRecorded', 99],
  ])('is passed over when it is %s', async (_, stream, type, schemaVersion) => {
    const projection = stream.startsWith('idempotency') ? trailProjection() : rolesProjection();
    const { position } = await store.append(stream, [event(type, {}, schemaVersion)], 'any');
    const engine = engines.start(projection);
    await reach(engine, position);
    expect(engine.status()).toMatchObject([{ state: 'live', position }]);
  });
});
