import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { ListTriggers, MatchPolicy } from '../../features/approval-policies/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { Answers, EitherCredential, ReadRefusals } from './answers.decorator.js';
import {
  MatchQuery,
  MatchResponse,
  toFieldAsked,
  toTriggersResponse,
  TriggersResponse,
} from './dto/approval-policy.dto.js';
import { slashed } from './paths.js';
import { Sent } from './request.js';

@ApiTags('Approval policies')
@EitherCredential()
@Controller('api/v2')
export class PolicyMatchController {
  constructor(private readonly queries: QueryBus) {}

  @Get(slashed('approvalPolicyMatch'))
  @ApiOperation({ summary: "Which policy would ask for an approval of the caller's action, if any" })
  @ApiQuery({ type: MatchQuery })
  @Answers(200, { type: MatchResponse, description: 'The policy, or null' })
  @ReadRefusals()
  async match(
    @Sent({ query: MatchQuery }) sent: () => { query: MatchQuery },
    @CurrentPrincipal() caller: Principal,
  ): Promise<MatchResponse> {
    const { query } = sent();
    const { action, entityType, fieldName = null, fieldValue = null } = query;
    const asked = toFieldAsked(query);
    const { policyId } = await this.queries.execute(new MatchPolicy({ entityType, action }, asked, caller));
    return { action, entityType, fieldName, fieldValue, policyId };
  }

  @Get(slashed('approvalPolicyTriggers'))
  @ApiOperation({ summary: 'The triggers to choose from when a policy is made' })
  @Answers(200, { type: TriggersResponse, description: 'All of them' })
  @ReadRefusals({ 403: 'The caller may not manage approval policies' })
  async triggers(@CurrentPrincipal() caller: Principal): Promise<TriggersResponse> {
    return toTriggersResponse(await this.queries.execute(new ListTriggers(caller)));
  }
}
