import { Module } from '@nestjs/common';
import { AdminPsksController } from './admin-psks.controller.js';
import { DeploymentRunsController } from './deployment-runs.controller.js';
import { DeploymentsController } from './deployments.controller.js';
import { Nx1Surface } from './nx1.surface.js';
import { UserPskController } from './user-psk.controller.js';

/** The vocabulary of Nx1's deployment API, over deployments and pre-shared keys. */
@Module({
  controllers: [DeploymentsController, DeploymentRunsController, UserPskController, AdminPsksController],
  providers: [Nx1Surface],
})
export class Nx1Module {}
