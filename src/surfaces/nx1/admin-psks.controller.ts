import { Controller, Delete, Get, HttpCode, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ListPsks, RevokePskById } from '../../features/directory/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { EitherCredential, ReadRefusals, WriteRefusals, WrittenAnswer } from './answers.decorator.js';
import { PskListQuery, toCursor, toPageMark } from './dto/list-queries.dto.js';
import { PskResponse, toPskResponse } from './dto/psk-response.dto.js';
import { PskPath } from './dto/psk.dto.js';
import { Valid } from './valid.decorator.js';

const ADMIN_NEEDED = 'The caller is neither the platform nor an administrator';

/** Everybody's pre-shared keys, for the platform and its administrators. */
@ApiTags('User PSK')
@EitherCredential()
@Controller('api/admin/psks')
export class AdminPsksController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List PSKs, oldest first, those that no longer work included' })
  @ApiResponse({
    status: 200,
    description: 'One page',
    type: [PskResponse],
    headers: { Link: { description: 'The next page, as rel="next"', schema: { type: 'string' } } },
  })
  @ReadRefusals({ 403: ADMIN_NEEDED })
  async list(
    @Valid({ query: PskListQuery }) { query: { limit, cursor } }: { query: PskListQuery },
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<readonly PskResponse[]> {
    requireAdmin(caller);
    const page = await this.queries.execute(new ListPsks(null, { limit, from: toPageMark(cursor) }));
    if (page.next !== null) {
      const next = `/api/admin/psks?limit=${limit}&cursor=${toCursor(page.next)}`;
      reply.header('link', `<${next}>; rel="next"`);
    }
    return page.items.map(toPskResponse);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: "Revoke anybody's PSK" })
  @WrittenAnswer(204, 'Revoked; it opens nothing from now on')
  @WriteRefusals({ 403: ADMIN_NEEDED, 404: 'No such key, or revoked before' })
  async revoke(
    @Valid({ path: PskPath }) { path }: { path: PskPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    requireAdmin(caller);
    const { position } = await this.commands.execute(new RevokePskById(path.id, context));
    return new WriteAnswer(204, undefined, { position });
  }
}
