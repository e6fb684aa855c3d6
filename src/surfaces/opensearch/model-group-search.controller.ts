import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SearchModelGroups } from '../../features/model-groups/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { Clock } from '../../platform/clock/clock.js';
import { ChangesNothing } from '../../platform/http/changes-nothing.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { hits } from './answer/hits.js';
import { shaped } from './answer/shaped.js';
import { requireKnownParameters } from './answer/url-parameters.js';
import { Answers, EitherCredential, ReadRefusals, TakesFrameworkParameters } from './answers.decorator.js';
import { MODEL_GROUPS_PATH } from './paths.js';
import { hitsSchema, searchSchema } from './schemas.js';
import { searchBody } from './search/search-body.js';
import { readSearch } from './search/search-request.js';
import { SCORE } from './search/sort.js';

const SOURCE = ['source', 'source_content_type'] as const;

const DESCRIPTION =
  'Shows the groups that the caller has access to, whatever the query says. A clause, a key or an option that is not listed is refused.';

@ApiTags('Model groups')
@EitherCredential()
@TakesFrameworkParameters()
@Controller(`${MODEL_GROUPS_PATH}/_search`)
export class ModelGroupSearchController {
  constructor(
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(200)
  @ChangesNothing()
  @ApiOperation({ summary: 'Search model groups', description: DESCRIPTION })
  @ApiBody({ schema: searchSchema })
  @Answers(hitsSchema, { description: 'What was found' })
  @ReadRefusals({ 413: 'The body is larger than 1 MiB', 415: 'The body is not declared as JSON' })
  search(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentPrincipal() caller: Principal,
  ): Promise<object> {
    return this.answer(request, reply, caller);
  }

  @Get()
  @ApiOperation({
    summary: 'Search model groups, with a body or with the query in `source`',
    description: DESCRIPTION,
  })
  @ApiQuery({ name: 'source', required: false, type: String, description: 'In place of a body' })
  @ApiQuery({ name: 'source_content_type', required: false, type: String, example: 'application/json' })
  @Answers(hitsSchema, { description: 'What was found' })
  @ReadRefusals({ 413: 'The body is larger than 1 MiB', 415: 'The body is not declared as JSON' })
  searchByGet(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentPrincipal() caller: Principal,
  ): Promise<object> {
    return this.answer(request, reply, caller);
  }

  private async answer(request: FastifyRequest, reply: FastifyReply, caller: Principal): Promise<object> {
    const start = performance.now();
    const search = readSearch(await searchBody(request), this.clock.now());
    requireKnownParameters(request, SOURCE);
    const { filter, from, size, sort } = search;
    const order = (sort ?? []).filter((part) => part !== SCORE);
    const found = await this.queries.execute(new SearchModelGroups({ filter, order, from, size }, caller));
    return shaped(hits(found, search, Math.round(performance.now() - start)), request, reply);
  }
}
