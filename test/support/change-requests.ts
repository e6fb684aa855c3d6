import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import { CommandBus, CqrsModule, QueryBus } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import type { PolicyTerms } from '../../src/domain/approval-policy/approval-policy.events.js';
import { groupDecider } from '../../src/domain/directory/group.decider.js';
import { userDecider } from '../../src/domain/directory/user.decider.js';
import type { Caller } from '../../src/domain/shared/caller.js';
import type { CommandContext } from '../../src/event-store/command-context.js';
import { DeciderRunner } from '../../src/event-store/decider-runner.js';
import { EventStore, type RecordedEvent } from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { ChangeRequestsModule } from '../../src/features/change-requests/index.js';
import { DirectChangesModule } from '../../src/features/direct-changes/index.js';
import { DirectoryRecords } from '../../src/features/directory/directory-records.js';
import { GroupDirectory } from '../../src/features/directory/index.js';
import { ReadModelDirectory } from '../../src/features/directory/read-model-directory.js';
import { groupStream, userStream } from '../../src/features/directory/streams.js';
import { TimersModule } from '../../src/features/timers/index.js';
import { Directory } from '../../src/platform/auth/directory.js';
import { Clock } from '../../src/platform/clock/clock.js';
import { CONFIG } from '../../src/platform/config/config.js';
import { LOGGER } from '../../src/platform/logging/logger.js';
import { ProjectionEngine } from '../../src/projections/projection-engine.js';
import { ReadModels } from '../../src/projections/projection.js';
import { projections } from '../../src/read-models.js';
import { context, userWith, WatchedStore } from './deployments.js';
import { SetClock } from './set-clock.js';

export const approvalAdmin = userWith({ userId: 'u-ann', username: 'ann', isApprovalAdmin: true });

/** A person who belongs to these groups. */
export const memberOf = (userId: string, ...groups: readonly string[]): Caller =>
  userWith({ userId, username: userId, verifiedEmail: `${userId}@example.com`, groups });

export const policyTerms = (more: Partial<PolicyTerms> = {}): PolicyTerms => ({
  name: 'Importance needs two eyes',
  active: true,
  automaticAction: null,
  review: null,
  ...more,
  trigger: more.trigger ?? {
    entityType: 'deployment',
    action: 'update',
    condition: null,
    filterGroups: null,
    labels: null,
  },
});

export interface GovernanceReplica {
  readonly store: WatchedStore;
  readonly runner: DeciderRunner;
  readonly clock: SetClock;
  readonly commands: CommandBus;
  readonly queries: QueryBus;
  readonly readModels: ProjectionEngine;
  /** Lines that were logged as warnings or errors. */
  readonly complaints: readonly unknown[];
  /** As a command sent now. */
  context(more?: Partial<CommandContext>): CommandContext;
  /** Resolves when the read models have taken all that is in the log. */
  caughtUp(): Promise<void>;
  /** Resolves when it holds, looking again after each step of the read models; fails after a while. */
  until(condition: () => boolean | Promise<boolean>, what: string): Promise<void>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 10_000;

/** Policies, change requests, their process managers and timers over the embedded log; replicas share the log. */
export class GovernanceFixture {
  private readonly running = new Set<GovernanceReplica>();
  private replicas = 0;

  private constructor(
    private readonly folder: string,
    readonly log: EventStore,
  ) {}

  static async open(): Promise<GovernanceFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-governance-'));
    return new GovernanceFixture(folder, await SqliteEventStore.open({ dataDir: join(folder, 'log') }));
  }

  async replica(clock = new SetClock()): Promise<GovernanceReplica> {
    const store = new WatchedStore(this.log);
    const path = join(this.folder, `read-models-${++this.replicas}.db`);
    const readModels = ProjectionEngine.open({ path, store, projections });
    const runner = new DeciderRunner(store);
    const complaints: unknown[] = [];
    const complain = (line: unknown): void => void complaints.push(line);
    const provided = [
      { provide: EventStore, useValue: store },
      { provide: DeciderRunner, useValue: runner },
      { provide: ReadModels, useValue: readModels },
      { provide: Clock, useValue: clock },
      { provide: LOGGER, useValue: { warn: complain, error: complain } },
      {
        provide: CONFIG,
        useValue: { servingPlatform: 'none', keycloak: null, approvalAdminRoles: ['approval-admin'] },
      },
      DirectoryRecords,
      GroupDirectory,
      { provide: Directory, useClass: ReadModelDirectory },
    ];

    @Global()
    @Module({
      providers: provided,
      exports: provided.map((provider) => ('provide' in provider ? provider.provide : provider)),
    })
    class CompositionRoot {}

    const module = await Test.createTestingModule({
      imports: [
        CqrsModule.forRoot(),
        CompositionRoot,
        ChangeRequestsModule,
        DirectChangesModule,
        TimersModule,
      ],
    }).compile();
    readModels.start();
    await module.init();

    const caughtUp = async (): Promise<void> =>
      readModels.waitFor(await store.head(), { timeoutMs: PATIENCE_MS });
    const replica: GovernanceReplica = {
      store,
      runner,
      clock,
      commands: module.get(CommandBus),
      queries: module.get(QueryBus),
      readModels,
      complaints,
      context: (more = {}) => context({ now: clock.now().toISOString(), ...more }),
      caughtUp,
      until: async (condition, what) => {
        const deadline = performance.now() + PATIENCE_MS;
        while (!(await condition())) {
          if (performance.now() > deadline)
            throw new Error(`waited in vain: ${what}; ${JSON.stringify(complaints.map(String))}`);
          await readModels.waitFor(readModels.position + 1n, { timeoutMs: 20 }).catch(() => undefined);
        }
      },
      stop: async () => {
        if (!this.running.delete(replica)) return;
        await module.close();
        await readModels.stop();
      },
    };
    this.running.add(replica);
    return replica;
  }

  async close(): Promise<void> {
    for (const replica of this.running) await replica.stop();
    await this.log.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Types and data of a stream's events. */
  async events(stream: string): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const event of this.log.readStream(stream)) events.push(event);
    return events;
  }
}

export const givenGroup = async (
  replica: GovernanceReplica,
  groupId: string,
  name = groupId.toUpperCase(),
): Promise<void> => {
  const command = { type: 'RecordGroup', groupId, name } as const;
  await replica.runner.run(groupDecider, groupStream(groupId), command, replica.context());
};

export const givenPerson = async (
  replica: GovernanceReplica,
  userId: string,
  {
    groups = [],
    roles = [],
  }: { readonly groups?: readonly string[]; readonly roles?: readonly string[] } = {},
): Promise<void> => {
  const entry = {
    username: userId,
    email: `${userId}@example.com`,
    firstName: null,
    lastName: null,
    realmRoles: roles,
    groups,
    backendRoles: [],
    enabled: true,
  };
  const command = { type: 'RecordUser', now: replica.clock.now().toISOString(), userId, entry } as const;
  await replica.runner.run(userDecider, userStream(userId), command, replica.context());
};
