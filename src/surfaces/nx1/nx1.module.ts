import { Module } from '@nestjs/common';
import { DecisionsModule } from '../../features/decisions/index.js';
import { AdminPsksController } from './admin-psks.controller.js';
import { DecisionsController } from './decisions.controller.js';
import { DecisionsSurface } from './decisions.surface.js';
import { DeploymentRunsController } from './deployment-runs.controller.js';
import { DeploymentsController } from './deployments.controller.js';
import { Nx1Surface } from './nx1.surface.js';
import { UserPskController } from './user-psk.controller.js';

/** The vocabulary of Nx1's deployment API, over deployments and pre-shared keys. */
@Module({
  imports: [DecisionsModule],
  controllers: [
    DeploymentsController,
    DeploymentRunsController,
    UserPskController,
    AdminPsksController,
    DecisionsController,
  ],
  providers: [Nx1Surface, DecisionsSurface],
})
export class Nx1Module {}
