import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventStreams } from '../../features/event-stream/index.js';
import { Authenticator } from '../../platform/auth/authenticator.js';
import type { Principal } from '../../platform/auth/principal.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { EitherCredential, ReadRefusals } from './answers.decorator.js';
import { EventFilters } from './dto/event-filters.decorator.js';
import { POSITION, StreamQuery, toFeedFilter } from './dto/events.dto.js';
import { ResponseSink } from './response-sink.js';
import { Valid } from './validation/valid.decorator.js';

const LAST_EVENT_ID = 'Last-Event-ID';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would else keep events back until it has a buffer full of them.
  'x-accel-buffering': 'no',
  // What has been a stream is used for nothing else, so that the end of the one is the end of the other.
  connection: 'close',
};

/** A client that comes back sends the address that it began with, `after` and all, and beside it how far it got. */
const startOf = ({ headers }: FastifyRequest, { after }: StreamQuery): bigint | null => {
  const lastId = headers['last-event-id'];
  if (lastId === undefined) return after === undefined ? null : BigInt(after);
  const text = Array.isArray(lastId) ? lastId.join(', ') : lastId;
  if (POSITION.test(text)) return BigInt(text);
  const message = 'must be a position as `id` gave it';
  throw new HttpProblem(422, 'invalid-header', `${LAST_EVENT_ID} ${message}`, {
    errors: [{ location: ['header', LAST_EVENT_ID], message }],
  });
};

@ApiTags('Events')
@EitherCredential()
@Controller('governance/v1/events/stream')
export class EventStreamController {
  constructor(
    private readonly streams: EventStreams,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Events as they happen, as server-sent events',
    description:
      '`id` is the position, `event` the event type, `data` the CloudEvent in one line. `Last-Event-ID` or `after` resumes, ' +
      'the former first; neither: from now. A comment every 15 seconds shows that the connection is alive. The stream ends ' +
      'when the credential is no longer good, when what was sent is not taken for 10 seconds, and when the service stops: ' +
      'come back with the last `id`.',
  })
  @ApiHeader({ name: LAST_EVENT_ID, required: false, description: 'Position, exclusive', example: '1041' })
  @EventFilters('Position, exclusive; absent: from now')
  @ApiResponse({
    status: 200,
    description: 'A stream without end',
    headers: {
      'X-Accel-Buffering': {
        description: 'Tells nginx to pass it on at once',
        schema: { const: 'no' } as object,
      },
    },
    content: {
      'text/event-stream': {
        schema: { type: 'string' },
        example: 'retry: 2000\n\nid: 1042\nevent: RolesReplaced\ndata: {"specversion":"1.0",…}\n\n',
      },
    },
  })
  @ReadRefusals({
    422: [
      'position-beyond-end',
      'An event type that does not exist, or a position beyond the end of the log',
    ],
    503: ['too-many-streams', 'There are 5,000 streams already'],
  })
  async follow(
    @Valid({ query: StreamQuery }) { query }: { query: StreamQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { rawHeaders } = request.raw;
    const source = { rawHeaders, address: request.ip };
    const stream = await this.streams.order({
      filter: toFeedFilter(query),
      after: startOf(request, query),
      identify: () => this.authenticator.authenticate(source),
      about: { requestId: request.id, actor: caller.userId ?? caller.kind, credential: caller.credentialId },
    });
    const { raw } = reply.headers(HEADERS).hijack();
    raw.writeHead(200, reply.getHeaders() as Record<string, string>);
    if (request.method === 'HEAD') {
      stream.giveUp();
      raw.end();
      return;
    }
    const running = stream.begin(new ResponseSink(raw));
    raw.on('error', () => running.leave());
    raw.on('close', () => running.leave());
    if (raw.destroyed) running.leave();
  }
}
