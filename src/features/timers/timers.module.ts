import { Module } from '@nestjs/common';
import { ChangeRequestsModule } from '../change-requests/index.js';
import { DeploymentsModule } from '../deployments/index.js';
import { ProcessManagersModule } from '../process-managers/index.js';
import { ActOnDueTimes } from './act-on-due-times.js';

@Module({
  imports: [ChangeRequestsModule, DeploymentsModule, ProcessManagersModule],
  providers: [ActOnDueTimes],
})
export class TimersModule {}
