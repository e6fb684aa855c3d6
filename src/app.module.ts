import { Global, Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { join } from 'node:path';
import { DeciderRunner } from './event-store/decider-runner.js';
import { EventStore } from './event-store/event-store.js';
import { ApprovalPoliciesModule } from './features/approval-policies/index.js';
import { ArtifactsModule } from './features/artifacts/index.js';
import { AuditModule } from './features/audit/audit.module.js';
import { ChangeRequestsModule } from './features/change-requests/index.js';
import { ConsumersModule } from './features/consumers/index.js';
import { DeploymentsModule } from './features/deployments/deployments.module.js';
import { DirectChangesModule } from './features/direct-changes/index.js';
import { DirectoryModule } from './features/directory/index.js';
import { FeedModule } from './features/feed/feed.module.js';
import { IdempotencyModule } from './features/idempotency/idempotency.module.js';
import { ModelGroupsModule } from './features/model-groups/index.js';
import { TimersModule } from './features/timers/index.js';
import { WebhooksModule } from './features/webhooks/index.js';
import { WorkspacesModule } from './features/workspaces/index.js';
import { openEventStore } from './open-event-store.js';
import { AuthModule } from './platform/auth/auth.module.js';
import { Clock } from './platform/clock/clock.js';
import { CONFIG, type Config } from './platform/config/config.js';
import { HttpModule } from './platform/http/http.module.js';
import { ServiceState } from './platform/lifecycle/service-state.js';
import { LOGGER, type Logger } from './platform/logging/logger.js';
import { MeasuredEventStore } from './platform/metrics/measured-event-store.js';
import { Metrics } from './platform/metrics/metrics.js';
import { ProjectionEngine } from './projections/projection-engine.js';
import { ReadModels } from './projections/projection.js';
import { projections } from './read-models.js';
import { AuthzModule } from './surfaces/authz/authz.module.js';
import { DataRobotModule } from './surfaces/datarobot/datarobot.module.js';
import { LogoutModule } from './surfaces/logout/logout.module.js';
import { NativeModule } from './surfaces/native/native.module.js';
import { Nx1Module } from './surfaces/nx1/nx1.module.js';
import { OpenSearchModule } from './surfaces/opensearch/opensearch.module.js';
import { OperationsModule } from './surfaces/operations/operations.module.js';
import { WallarooModule } from './surfaces/wallaroo/wallaroo.module.js';

/** What is opened before the application and closed after it. */
export interface Foundation {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly state: ServiceState;
  readonly store: EventStore;
  readonly readModels: ProjectionEngine;
}

/** Opens the log and the read models; nothing is left open when it fails. */
export const openFoundation = async (config: Config, clock: Clock, logger: Logger): Promise<Foundation> => {
  const metrics = new Metrics();
  const log = await openEventStore(config);
  try {
    const store = new MeasuredEventStore(log, metrics);
    const path = join(config.dataDir, 'read-models.db');
    const readModels = ProjectionEngine.open({ path, store, projections, log: logger });
    return { config, clock, logger, metrics, state: new ServiceState(), store, readModels };
  } catch (error) {
    await log.close();
    throw error;
  }
};

@Global()
@Module({})
class FoundationModule {
  static of({ config, clock, logger, metrics, state, store, readModels }: Foundation): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: config },
      { provide: Clock, useValue: clock },
      { provide: LOGGER, useValue: logger },
      { provide: Metrics, useValue: metrics },
      { provide: ServiceState, useValue: state },
      { provide: EventStore, useValue: store },
      { provide: ReadModels, useValue: readModels },
      { provide: DeciderRunner, useValue: new DeciderRunner(store) },
    ];
    return { module: FoundationModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}

/** The composition root: it names every feature and surface there is. */
@Module({})
export class AppModule {
  static of(foundation: Foundation): DynamicModule {
    return {
      module: AppModule,
      imports: [
        FoundationModule.of(foundation),
        CqrsModule.forRoot({ rethrowUnhandled: true }),
        HttpModule,
        AuthModule,
        IdempotencyModule,
        DirectoryModule,
        DeploymentsModule,
        ChangeRequestsModule,
        DirectChangesModule,
        TimersModule,
        ApprovalPoliciesModule,
        ArtifactsModule,
        WorkspacesModule,
        ModelGroupsModule,
        AuditModule,
        FeedModule,
        ConsumersModule,
        WebhooksModule,
        Nx1Module,
        DataRobotModule,
        OpenSearchModule,
        AuthzModule,
        LogoutModule,
        WallarooModule,
        NativeModule,
        OperationsModule,
      ],
    };
  }
}
