import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ReadFeed } from '../../features/feed/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { EitherCredential, ReadRefusals } from './answers.decorator.js';
import { EventPageResponse, EventsQuery, toEventPage, toFeedFilter } from './dto/events.dto.js';
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
      'administrators get every event, a user those of deployments, of his workspaces, and of his own entry and keys.',
  })
  @ApiQuery({
    name: 'after',
    required: false,
    description: 'Position, exclusive; absent: from the beginning',
    example: '1041',
  })
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  })
  @ApiQuery({
    name: 'types',
    required: false,
    description: 'Event types, separated by commas',
    example: 'RolesReplaced',
  })
  @ApiQuery({
    name: 'entity',
    required: false,
    description: 'The subject of the events',
    example: 'deployment-b7a0c1de-6f0b-4d52-8f9a-3c1d2e4f5a6b',
  })
  @ApiQuery({ name: 'actor', required: false, description: "The actor's id" })
  @ApiResponse({ status: 200, type: EventPageResponse })
  @ReadRefusals({ 422: ['invalid-request', 'An event type that does not exist'] })
  async read(
    @Valid({ query: EventsQuery }) { query }: { query: EventsQuery },
    @CurrentPrincipal() caller: Principal,
  ): Promise<EventPageResponse> {
    const after = BigInt(query.after ?? BEGINNING);
    return toEventPage(
      await this.queries.execute(new ReadFeed(toFeedFilter(query), after, limitOf(query), caller)),
    );
  }
}
