import { Module } from '@nestjs/common';
import { DeploymentsModule } from '../deployments/index.js';
import { ModelGroupsModule } from '../model-groups/index.js';
import { DecisionJournal, LoggedDecisions } from './decision-journal.js';
import { Decisions } from './decisions.service.js';

@Module({
  imports: [DeploymentsModule, ModelGroupsModule],
  providers: [Decisions, { provide: DecisionJournal, useClass: LoggedDecisions }],
  exports: [Decisions],
})
export class DecisionsModule {}
