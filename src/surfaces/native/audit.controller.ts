import { Controller, Get, Inject, Req, Res, StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ExportAuditEntries, ListAuditEntries } from '../../features/audit/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { AdminReadRefusals, EitherCredential, Listed } from './answers.decorator.js';
import { EXPORT_TYPES, exportStream } from './audit-export.js';
import { toPageMark } from './cursor.js';
import { AuditEntryResponse, AuditQuery, toAuditFilter, toAuditResponse } from './dto/audit.dto.js';
import { limitOf } from './dto/list.dto.js';
import { listResponse, type ListResponse } from './lists.js';
import { negotiate } from './negotiate.js';
import { Valid } from './validation/valid.decorator.js';

const JSON_TYPE = 'application/json';
const OFFERED = [JSON_TYPE, ...EXPORT_TYPES] as const;

@ApiTags('History')
@EitherCredential()
@Controller('governance/v1/audit')
export class AuditController {
  constructor(
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Who changed what, when, with which credential, and why',
    description:
      'All filters that are given must hold. As JSON a page at a time; as NDJSON or CSV the whole result as it stands ' +
      'when it is asked for, in one answer (`limit` and `cursor` mean nothing then).',
  })
  @ApiQuery({ name: 'entityType', required: false, description: 'The aggregate', example: 'deployment' })
  @ApiQuery({ name: 'entityId', required: false })
  @ApiQuery({
    name: 'actor',
    required: false,
    description: "The actor's id; `platform` for the platform PSK",
  })
  @ApiQuery({ name: 'eventType', required: false, example: 'RolesReplaced' })
  @ApiQuery({
    name: 'since',
    required: false,
    description: 'RFC 3339, inclusive',
    example: '2026-01-01T00:00:00Z',
  })
  @ApiQuery({
    name: 'until',
    required: false,
    description: 'RFC 3339, exclusive',
    example: '2026-02-01T00:00:00Z',
  })
  @ApiQuery({ name: 'correlationId', required: false })
  @ApiQuery({ name: 'order', required: false, schema: { enum: ['desc', 'asc'], default: 'desc' } })
  @Listed(AuditEntryResponse, {
    'application/x-ndjson': 'The whole result, one item per line',
    'text/csv': 'The whole result (RFC 4180); a cell that begins like a formula is led by an apostrophe',
  })
  @AdminReadRefusals({ 406: ['not-acceptable', `Accept allows none of ${OFFERED.join(', ')}`] })
  async find(
    @Valid({ query: AuditQuery }) { query }: { query: AuditQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse<AuditEntryResponse> | StreamableFile> {
    const { order } = query;
    const filter = toAuditFilter(query);
    const scope = ['audit', filter, order];
    const from = toPageMark(query.cursor, scope);
    const type = negotiate(request.headers.accept, OFFERED);
    requireAdmin(caller);
    void reply.header('vary', 'accept');
    if (type !== JSON_TYPE) {
      const slices = await this.queries.execute(new ExportAuditEntries(filter, order));
      const disposition = `attachment; filename="audit.${type === 'text/csv' ? 'csv' : 'ndjson'}"`;
      return new StreamableFile(exportStream(slices, type), { type: `${type}; charset=utf-8`, disposition });
    }
    const page = await this.queries.execute(new ListAuditEntries(filter, order, limitOf(query), from));
    return listResponse(page, toAuditResponse, scope, request, reply, this.config.publicUrl);
  }
}
