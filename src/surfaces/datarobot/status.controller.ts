import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GetApplication } from '../../features/change-requests/index.js';
import { GetGovernedDeployment } from '../../features/direct-changes/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { Answers, EitherCredential, ReadRefusals } from './answers.decorator.js';
import { StatusResponse } from './dto/status.dto.js';
import { absolute } from './paging.js';
import { changeRequestPath, deploymentPath, slashed } from './paths.js';
import { parseStatusId, type Tracked } from './status-id.js';

/** Clients poll it after a change was begun: 200 while it runs or when it failed, 303 to what was changed when it is done. */
@ApiTags('Change requests')
@EitherCredential()
@Controller('api/v2/status')
export class StatusController {
  constructor(
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get(slashed(':statusId'))
  @ApiOperation({ summary: 'How applying a change goes' })
  @Answers(200, { type: StatusResponse, description: 'Not done yet, or failed' })
  @Answers(303, { description: 'Done', location: true })
  @ReadRefusals({ 404: 'No such status, or none that the caller may see' })
  async get(
    @Param('statusId') statusId: string,
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StatusResponse | undefined> {
    const tracked = parseStatusId(statusId);
    if (tracked === undefined) throw new HttpProblem(404, 'status-not-found', 'There is no such status');
    const outcome = await this.outcomeOf(tracked, caller);
    if (typeof outcome !== 'string') return { statusId, ...outcome };
    void reply.code(303).header('location', absolute(request, this.config.publicUrl, outcome));
    return undefined;
  }

  /** The path of what was changed once it is done. */
  private async outcomeOf(
    tracked: Tracked,
    caller: Principal,
  ): Promise<string | Omit<StatusResponse, 'statusId'>> {
    if (tracked.kind === 'directChange') {
      // A direct change is made before it is answered.
      await this.queries.execute(new GetGovernedDeployment(tracked.deploymentId, caller));
      return deploymentPath(tracked.deploymentId);
    }
    const { changeRequestId, attempt } = tracked;
    const { state, message } = await this.queries.execute(
      new GetApplication(changeRequestId, attempt, caller),
    );
    if (state === 'completed') return changeRequestPath(changeRequestId);
    return state === 'running' ? { status: 'RUNNING', message: null } : { status: 'ERROR', message };
  }
}
