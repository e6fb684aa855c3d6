import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Decisions, explanationOf, type Decision } from '../../features/decisions/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { ChangesNothing } from '../../platform/http/changes-nothing.js';
import { jsonBody } from '../../platform/http/json-body.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { MALFORMED, readEvaluation, type Evaluation } from './evaluation-request.js';
import {
  evaluationRequestSchema,
  evaluationResponseSchema,
  evaluationsRequestSchema,
  evaluationsResponseSchema,
} from './evaluation.schemas.js';
import { isSettled, readEvaluations } from './evaluations-request.js';
import { Refusals } from './refusals.decorator.js';

interface EvaluationResponse {
  readonly decision: boolean;
  readonly context: Readonly<Record<string, unknown>>;
}

const toResponse = (decision: Decision): EvaluationResponse => ({
  decision: decision.allowed,
  context: {
    reason: decision.reason,
    matched_roles: decision.matchedRoles,
    deployment_id: decision.resource?.deploymentId ?? null,
    decision_id: decision.decisionId,
    evaluated_at: decision.evaluatedAt,
    cache_ttl_seconds: decision.cacheTtlSeconds,
    ...(decision.modelGroup && {
      explanation: explanationOf(decision),
      model_group: {
        id: decision.modelGroup.modelGroupId,
        name: decision.modelGroup.name,
        access: decision.modelGroup.access,
      },
    }),
  },
});

/** The standard knows one status for a request that makes no sense, also for one without a body. */
const bodyOf = (request: FastifyRequest): unknown => {
  try {
    return jsonBody(request);
  } catch (error) {
    if (!(error instanceof HttpProblem) || error.status !== 422) throw error;
    throw new HttpProblem(400, error.code, error.message, error.options);
  }
};

/** The Authorization API 1.0 of OpenID AuthZEN, for whoever enforces decisions elsewhere. */
@ApiTags('Decisions')
@ApiBearerAuth('bearer')
@ApiSecurity('psk')
@Controller('access/v1')
export class EvaluationController {
  constructor(private readonly decisions: Decisions) {}

  @Post('evaluation')
  @HttpCode(200)
  @ChangesNothing()
  @ApiOperation({ summary: 'May this subject do this to that deployment?' })
  @ApiBody({ schema: evaluationRequestSchema })
  @ApiResponse({ status: 200, schema: evaluationResponseSchema })
  @Refusals()
  evaluation(
    @Req() request: FastifyRequest,
    @CurrentPrincipal() caller: Principal,
  ): Promise<EvaluationResponse> {
    return this.evaluate(bodyOf(request), request, caller);
  }

  @Post('evaluations')
  @HttpCode(200)
  @ChangesNothing()
  @ApiOperation({ summary: 'Several such questions at once' })
  @ApiBody({ schema: evaluationsRequestSchema })
  @ApiResponse({ status: 200, schema: evaluationsResponseSchema })
  @Refusals()
  async evaluations(
    @Req() request: FastifyRequest,
    @CurrentPrincipal() caller: Principal,
  ): Promise<EvaluationResponse | { readonly evaluations: readonly EvaluationResponse[] }> {
    const body = bodyOf(request);
    const asked = readEvaluations(body);
    if (asked === undefined) return this.evaluate(body, request, caller);
    requireAdmin(caller);
    const evaluations: EvaluationResponse[] = [];
    for (const item of asked.items) {
      const answer = await this.evaluateItem(item, request);
      evaluations.push(answer);
      if (isSettled(asked.semantic, answer.decision)) break;
    }
    return { evaluations };
  }

  private evaluate(body: unknown, request: FastifyRequest, caller: Principal): Promise<EvaluationResponse> {
    const evaluation = readEvaluation(body);
    requireAdmin(caller);
    return this.decide(evaluation, request);
  }

  /** One question that can't be understood among others that can: no, and why. */
  private async evaluateItem(item: unknown, request: FastifyRequest): Promise<EvaluationResponse> {
    try {
      return await this.decide(readEvaluation(item), request);
    } catch (error) {
      if (!(error instanceof HttpProblem) || error.code !== MALFORMED) throw error;
      return { decision: false, context: { error: { status: error.status, message: error.message } } };
    }
  }

  private async decide(
    { subject, question, ip }: Evaluation,
    request: FastifyRequest,
  ): Promise<EvaluationResponse> {
    return toResponse(await this.decisions.decideAbout(subject, question, { ip, via: request.ip }));
  }
}
