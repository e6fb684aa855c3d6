import { randomUUID } from 'node:crypto';
import { deploymentDecider } from '../../src/domain/deployment/deployment.decider.js';
import type { CommandContext } from '../../src/event-store/command-context.js';
import { DeciderRunner } from '../../src/event-store/decider-runner.js';
import type { EventStore, NewEvent } from '../../src/event-store/event-store.js';
import { EventStoreDbEventStore } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { BareClient } from './bare-client.js';
import { persistently } from './log-tasks.js';
import {
  inTurn,
  median,
  medianRatio,
  ms,
  percentile,
  perSecond,
  rate,
  timed,
  times,
  type Row,
  type Scale,
} from './measure.js';
import { newDeploymentIds, registered, rolesReplaced } from './sample-events.js';

const STREAMS = 500;
const IN_FLIGHT = 32;

interface Changer {
  /** Before the clock starts: what a service remembers of a deployment that it has had to do with. */
  readonly meet?: (deployment: string) => Promise<unknown>;
  /** Changes one deployment, the `turn`th time. Changes of one are not made at once. */
  readonly change: (deployment: string, turn: number) => Promise<unknown>;
}

const streamOf = (deployment: string): string => `deployment-${deployment}`;

const register = (store: EventStore, deployment: string): Promise<unknown> => {
  const event = registered(deployment);
  return persistently(() => store.append(streamOf(deployment), [event], 'no-stream'));
};

const ROLES = [['nx1_engineer'], ['nx1_engineer', 'nx1_monitor']] as const;

const context = (): CommandContext => ({
  now: new Date().toISOString(),
  actor: { kind: 'user', id: '12ea09d1-0f49-405e-bed1-27eb6d10fd10' },
  credential: { type: 'user_psk', id: 'b1946ac9-2492-4d2a-a3c5-1f2e3d4c5b6a' },
  correlationId: randomUUID(),
  causationId: randomUUID(),
});

/** As the service changes roles. */
const byCommand = (store: EventStore, known: boolean): Changer => {
  const runner = new DeciderRunner(store);
  return {
    ...(known && {
      meet: (deployment) => persistently(() => runner.load(deploymentDecider, streamOf(deployment))),
    }),
    change: (deploymentId, turn) => {
      const command = {
        type: 'ReplaceRoles',
        deploymentId,
        roles: ROLES[turn % ROLES.length]!,
        unknownRoles: [],
      } as const;
      return persistently(() => runner.run(deploymentDecider, streamOf(deploymentId), command, context()));
    },
  };
};

/** Nothing but the append. `append` is given the stream's revision, and gives it back. */
const byAppend = (
  append: (stream: string, event: NewEvent, revision: bigint) => Promise<bigint>,
): Changer => {
  const revisions = new Map<string, bigint>();
  return {
    change: async (deployment, turn) => {
      const event = rolesReplaced(deployment, turn);
      revisions.set(deployment, await append(streamOf(deployment), event, revisions.get(deployment) ?? 0n));
    },
  };
};

/** Milliseconds per change and for all of them, made by `writers` writers that each have deployments of their own. */
const changeAll = async (
  { change }: Changer,
  deployments: readonly string[],
  count: number,
  writers: number,
): Promise<{ latencies: number[]; total: number }> => {
  const latencies: number[] = [];
  const write = async (writer: number): Promise<void> => {
    const own = deployments.filter((_, i) => i % writers === writer);
    for (let i = writer, turn = 0; i < count; i += writers, turn++) {
      const deployment = own[turn % own.length]!;
      latencies.push(await timed(() => change(deployment, Math.floor(turn / own.length))));
    }
  };
  const total = await timed(() => Promise.all(Array.from({ length: writers }, (_, writer) => write(writer))));
  return { latencies, total };
};

const rowsFor = async (
  store: EventStore,
  client: BareClient,
  writers: number,
  { appends, rounds }: Scale,
): Promise<Row[]> => {
  const count = writers === 1 ? appends : appends * 4;
  const commandLatencies: number[] = [];
  const bareLatencies: number[] = [];
  const measure = async (changer: Changer, keep: number[] = [], changes = count): Promise<number> => {
    // New streams each time: a stream's length must not favour whoever comes first.
    const deployments = newDeploymentIds(STREAMS);
    await Promise.all(deployments.map((id) => register(store, id)));
    if (changer.meet !== undefined) await Promise.all(deployments.map(changer.meet));
    const { latencies, total } = await changeAll(changer, deployments, changes, writers);
    keep.push(...latencies);
    return perSecond(changes, total);
  };
  const found = await inTurn(rounds, {
    bare: () =>
      measure(
        byAppend((...args) => client.append(...args)),
        bareLatencies,
      ),
    command: () => measure(byCommand(store, true), commandLatencies),
    stranger: () => measure(byCommand(store, false), [], STREAMS),
    port: () =>
      measure(
        byAppend(
          async (stream, event, revision) =>
            (await persistently(() => store.append(stream, [event], revision))).revision,
        ),
      ),
  });
  const how = writers === 1 ? 'in sequence' : `${writers} in flight`;
  const bare = `bare appendToStream ${rate(median(found.bare), 'events')}, p99 ${ms(percentile(bareLatencies, 0.99))}`;
  const ratio = medianRatio(found.command, found.bare);
  return [
    {
      what: `command in process, ${how}`,
      measured: `${rate(median(found.command), 'commands')}, p99 ${ms(percentile(commandLatencies, 0.99))}`,
      beside: `${bare}: ${times(ratio)}`,
      budget: '>= 0.8 x bare',
      met: ratio >= 0.8,
    },
    {
      what: `command in process, ${how}, on streams that it has never read`,
      measured: rate(median(found.stranger), 'commands'),
      beside: `the same: ${times(medianRatio(found.stranger, found.bare))}`,
      budget: '-',
      met: null,
    },
    {
      what: `append alone, ${how}`,
      measured: rate(median(found.port), 'events'),
      beside: `the same: ${times(medianRatio(found.port, found.bare))}`,
      budget: '-',
      met: null,
    },
  ];
};

/** What a command costs on EventStoreDB, beside what its client needs for the append alone. */
export const storeCommandRows = async (url: string, scale: Scale): Promise<Row[]> => {
  const store = EventStoreDbEventStore.open({ url });
  const client = new BareClient(url);
  try {
    // The first seconds belong to the compiler, on both sides.
    await rowsFor(store, client, IN_FLIGHT, { ...scale, rounds: 1 });
    return [...(await rowsFor(store, client, 1, scale)), ...(await rowsFor(store, client, IN_FLIGHT, scale))];
  } finally {
    await client.close();
    await store.close();
  }
};
