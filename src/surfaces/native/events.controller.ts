import { Controller, Get, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ReadFeed } from '../../features/feed/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { EitherCredential, ReadRefusals } from './answers.decorator.js';
import { EventFilters } from './dto/event-filters.decorator.js';
import { eventPageJson, EventPageResponse, EventsQuery, toFeedFilter } from './dto/events.dto.js';
import { limitOf } from './dto/list.dto.js';
import { Valid } from './validation/valid.decorator.js';

/** Before every event of the log. */
const BEGINNING = '-1';

@ApiTags('Events')
@EitherCredential()
@Controller('governance/v1/events')
export class EventsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ApiOperation({
    summary: 'Events in log order, as CloudEvents',
    description:
      'Ask again after `next` for as long as you like; each consumer keeps its own position. The platform PSK and ' +
      'administrators get every event, a user those of entities that he may read: deployments, his own entry and keys, the ' +
      'change requests that he sees, workspaces that he is in; an approval administrator also approval policies.',
  })
  @EventFilters('Position, exclusive; absent: from the beginning')
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  })
  @ApiResponse({ status: 200, type: EventPageResponse })
  @ReadRefusals({
    422: [
      'position-beyond-end',
      'An event type that does not exist, or a position beyond the end of the log',
    ],
  })
  async read(
    @Valid({ query: EventsQuery }) { query }: { query: EventsQuery },
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const after = BigInt(query.after ?? BEGINNING);
    const read = new ReadFeed(toFeedFilter(query), after, limitOf(query), caller);
    const page = await this.queries.execute(read);
    void reply.type('application/json; charset=utf-8');
    return eventPageJson(page);
  }
}
