import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import { CommandBus, CqrsModule, QueryBus } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import type { Caller } from '../../src/domain/shared/caller.js';
import type { CommandContext } from '../../src/event-store/command-context.js';
import { DeciderRunner } from '../../src/event-store/decider-runner.js';
import {
  EventStore,
  type AppendResult,
  type ExpectedRevision,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
} from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import {
  DeploymentDirectory,
  DeploymentsModule,
  type NewDeployment,
} from '../../src/features/deployments/index.js';
import { GroupDirectory } from '../../src/features/directory/index.js';
import { Directory, type DirectoryUser } from '../../src/platform/auth/directory.js';
import { CONFIG } from '../../src/platform/config/config.js';
import { ProjectionEngine } from '../../src/projections/projection-engine.js';
import { ReadModels } from '../../src/projections/projection.js';
import { projections } from '../../src/read-models.js';

/** The embedded log, with places to step in, before and after an append and before events are handed on: to wait there, or
 * to fail. */
export class WatchedStore extends EventStore {
  readonly kind = 'sqlite';
  beforeAppend: (stream: string) => void | Promise<void> = () => undefined;
  /** Before a subscription hands over what it has: to keep read models from following the log. */
  beforeBatch: () => void | Promise<void> = () => undefined;
  beforeRead: (stream: string) => void = () => undefined;
  afterAppend: (stream: string) => void | Promise<void> = () => undefined;

  constructor(private readonly inner: EventStore) {
    super();
  }

  async append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendResult> {
    await this.beforeAppend(stream);
    const result = await this.inner.append(stream, events, expected);
    await this.afterAppend(stream);
    return result;
  }

  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent> {
    this.beforeRead(stream);
    return this.inner.readStream(stream, options);
  }

  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent> {
    return this.inner.readAll(options);
  }

  async *subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    for await (const batch of this.inner.subscribeToAll(options)) {
      await this.beforeBatch();
      yield batch;
    }
  }

  head(): Promise<bigint> {
    return this.inner.head();
  }

  reachable(): Promise<boolean> {
    return this.inner.reachable();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

/** People and roles that a test puts there. */
export class FakeDirectory extends Directory {
  users: readonly DirectoryUser[] = [];
  roles: readonly string[] = [];

  user(userId: string): DirectoryUser | undefined {
    return this.users.find((user) => user.userId === userId);
  }

  usersByUsername(username: string): readonly DirectoryUser[] {
    return this.users.filter((user) => user.username === username);
  }

  usersByVerifiedEmail(email: string): readonly DirectoryUser[] {
    return this.users.filter((user) => user.emailVerified && user.email === email.toLowerCase());
  }

  knowsRole(role: string): boolean {
    return this.roles.includes(role);
  }
}

export const person = (userId: string, more: Partial<DirectoryUser> = {}): DirectoryUser => ({
  userId,
  username: userId,
  email: null,
  emailVerified: true,
  firstName: null,
  lastName: null,
  realmRoles: [],
  clientRoles: {},
  groups: [],
  backendRoles: [],
  enabled: true,
  source: 'directory',
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...more,
});

export const platform: Caller = {
  kind: 'platform',
  userId: null,
  username: null,
  verifiedEmail: null,
  roles: [],
  groups: [],
  isAdmin: false,
  isApprovalAdmin: false,
  credentialType: 'platform_psk',
};

export const userWith = (more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  userId: 'u-bob',
  username: 'bob',
  verifiedEmail: 'bob@example.com',
  roles: [],
  groups: [],
  isAdmin: false,
  isApprovalAdmin: false,
  credentialType: 'user_psk',
  ...more,
});

export const NOW = '2026-05-05T05:05:05.005Z';

export const context = (more: Partial<CommandContext> = {}): CommandContext => ({
  now: NOW,
  actor: { kind: 'platform', id: 'platform' },
  credential: { type: 'platform_psk', id: '01234567' },
  correlationId: 'c-1',
  causationId: 'r-1',
  ...more,
});

/** As sent with an idempotency key. */
export const keyed = (key: string, fingerprint = 'asked'): Pick<CommandContext, 'idempotency'> => ({
  idempotency: { key, fingerprint },
});

export const newDeployment = (more: Partial<NewDeployment> = {}): NewDeployment => ({
  model: 'churn',
  name: 'prod',
  modelVersion: '3',
  modelAlias: null,
  type: 'online',
  domain: 'marketing',
  owner: 'u-bob',
  importance: 'MODERATE',
  allowedRoles: null,
  source: { schema: 'raw', table: 'customers', catalog: 'iceberg', filterSql: null, snapshotId: null },
  target: { schema: 'scored', table: 'churn', catalog: 'iceberg' },
  entityColumns: ['customer_id'],
  schedule: null,
  rerunBehavior: 'overwrite_partition',
  partitionColumn: 'scored_at',
  triggerNow: false,
  ...more,
});

export interface Replica {
  readonly store: WatchedStore;
  readonly directory: FakeDirectory;
  readonly commands: CommandBus;
  readonly queries: QueryBus;
  readonly deployments: DeploymentDirectory;
  readonly readModels: ProjectionEngine;
  /** Resolves when the read model has taken all that is in the log. */
  caughtUp(): Promise<void>;
}

/** The deployments feature over the embedded log, as the service runs it; several replicas may share the log. */
export class DeploymentsFixture {
  private readonly closing: (() => Promise<void>)[] = [];

  private constructor(
    private readonly folder: string,
    private readonly log: EventStore,
  ) {}

  static async open(): Promise<DeploymentsFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-deployments-'));
    return new DeploymentsFixture(folder, await SqliteEventStore.open({ dataDir: join(folder, 'log') }));
  }

  async replica(servingPlatform: 'reports' | 'none' = 'reports'): Promise<Replica> {
    const store = new WatchedStore(this.log);
    const directory = new FakeDirectory();
    const path = join(this.folder, `read-models-${this.closing.length}.db`);
    const readModels = ProjectionEngine.open({ path, store, projections });
    const provided = [
      { provide: EventStore, useValue: store },
      { provide: DeciderRunner, useValue: new DeciderRunner(store) },
      { provide: ReadModels, useValue: readModels },
      { provide: Directory, useValue: directory },
      { provide: CONFIG, useValue: { servingPlatform } },
      GroupDirectory,
    ];

    @Global()
    @Module({
      providers: provided,
      exports: provided.map((provider) => ('provide' in provider ? provider.provide : provider)),
    })
    class CompositionRoot {}

    const module = await Test.createTestingModule({
      imports: [CqrsModule.forRoot(), CompositionRoot, DeploymentsModule],
    }).compile();
    await module.init();
    readModels.start();
    const caughtUp = async () => readModels.waitFor(await store.head(), { timeoutMs: 10_000 });
    await caughtUp();
    this.closing.push(async () => {
      await readModels.stop();
      await module.close();
    });
    return {
      store,
      directory,
      commands: module.get(CommandBus),
      queries: module.get(QueryBus),
      deployments: module.get(DeploymentDirectory),
      readModels,
      caughtUp,
    };
  }

  async close(): Promise<void> {
    for (const close of this.closing) await close();
    await this.log.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A place where one waits until the other opens it. */
export const door = () => {
  let arrive = (): void => undefined;
  let open = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    arrived,
    open: () => open(),
    pass: (): Promise<void> => {
      arrive();
      return opened;
    },
  };
};

/** What stands in a stream: type and data of each event. */
export const eventsOf = async (
  store: EventStore,
  stream: string,
): Promise<readonly { readonly type: string; readonly data: unknown }[]> => {
  const events: { type: string; data: unknown }[] = [];
  for await (const { type, data } of store.readStream(stream)) events.push({ type, data });
  return events;
};

/** What a promise was refused with; fails when it was not. */
export const refusalOf = async (refused: Promise<unknown>): Promise<unknown> => {
  try {
    await refused;
  } catch (error) {
    return error;
  }
  throw new Error('expected a refusal');
};
