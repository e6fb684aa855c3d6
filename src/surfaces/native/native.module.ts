import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { EventStreamModule } from '../../features/event-stream/index.js';
import { ArtifactsController } from './artifacts.controller.js';
import { AuditController } from './audit.controller.js';
import { GovernedDeploymentsController } from './deployments.controller.js';
import { ConsumersController } from './consumers.controller.js';
import { EventStreamController } from './event-stream.controller.js';
import { EventsController } from './events.controller.js';
import { GroupsController } from './groups.controller.js';
import { NativeSurface } from './native.surface.js';
import { PsksController } from './psks.controller.js';
import { SchedulesController } from './schedules.controller.js';
import { SchemasController } from './schemas.controller.js';
import { UsersController } from './users.controller.js';
import { WebhookDeliveriesController } from './webhook-deliveries.controller.js';
import { WebhooksController } from './webhooks.controller.js';
import { WorkspacesController } from './workspaces.controller.js';

/** Our own vocabulary: directory, artifacts, schedules, history, events. */
@Module({
  imports: [CqrsModule, EventStreamModule],
  controllers: [
    UsersController,
    GroupsController,
    PsksController,
    GovernedDeploymentsController,
    ArtifactsController,
    WorkspacesController,
    SchedulesController,
    AuditController,
    EventsController,
    EventStreamController,
    WebhooksController,
    WebhookDeliveriesController,
    SchemasController,
    ConsumersController,
  ],
  providers: [NativeSurface],
})
export class NativeModule {}
