import { Module } from '@nestjs/common';
import { PolicyGate } from './policy-gate.js';
import { PolicyViews } from './policy-rows.js';
import { CreatePolicyHandler, DeletePolicyHandler, UpdatePolicyHandler } from './policy.handlers.js';
import {
  GetPolicyHandler,
  ListPoliciesHandler,
  ListTriggersHandler,
  MatchPolicyHandler,
} from './policy.queries.js';

@Module({
  providers: [
    PolicyGate,
    PolicyViews,
    CreatePolicyHandler,
    UpdatePolicyHandler,
    DeletePolicyHandler,
    GetPolicyHandler,
    ListPoliciesHandler,
    MatchPolicyHandler,
    ListTriggersHandler,
  ],
  exports: [PolicyGate],
})
export class ApprovalPoliciesModule {}
