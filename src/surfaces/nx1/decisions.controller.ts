import { Controller, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Decisions } from '../../features/decisions/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { ChangesNothing } from '../../platform/http/changes-nothing.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { EitherCredential, ReadRefusals } from './answers.decorator.js';
import { DecisionRequest, DecisionResponse, toDecisionResponse, toSubject } from './dto/decision.dto.js';
import { Valid } from './valid.decorator.js';

/** For services that let calls through themselves and ask first whether they may. */
@ApiTags('Decisions')
@EitherCredential()
@Controller('api/authz/decisions')
export class DecisionsController {
  constructor(private readonly decisions: Decisions) {}

  @Post()
  @HttpCode(200)
  @ChangesNothing()
  @ApiOperation({
    summary: 'May this credential, or this user, invoke or manage that deployment?',
    description: 'Always 200 when the question was answered, whatever the answer.',
  })
  @ApiResponse({ status: 200, type: DecisionResponse })
  @ReadRefusals({
    403: 'Who asks is neither the platform nor an administrator',
    429: 'Too many wrong keys were presented at this address',
    503: 'Nobody can tell at the moment',
  })
  async decide(
    @Valid({ body: DecisionRequest }) { body }: { body: DecisionRequest },
    @CurrentPrincipal() caller: Principal,
    @Ip() via: string,
  ): Promise<DecisionResponse> {
    requireAdmin(caller);
    const { action, resource, context } = body;
    const { model, deployment } = resource;
    const question = { action, resource: { model, deployment } };
    const presented = { ip: context?.ip ?? undefined, via };
    return toDecisionResponse(await this.decisions.decideAbout(toSubject(body.subject), question, presented));
  }
}
