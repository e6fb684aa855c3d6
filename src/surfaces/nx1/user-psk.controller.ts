import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  GetPskOfUser,
  IssuePsk,
  RegeneratePsk,
  RevokePsk,
  type IssuedPsk,
} from '../../features/directory/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { ShowsSecretOnce } from '../../platform/http/shows-secret.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { ReadRefusals, WriteRefusals, WrittenAnswer } from './answers.decorator.js';
import { tokenHolder } from './token-holder.js';
import {
  PskIssuedResponse,
  PskResponse,
  toPskIssuedResponse,
  toPskResponse,
} from './dto/psk-response.dto.js';
import { PskCreate, PskRegenerate } from './dto/psk.dto.js';
import { Valid } from './valid.decorator.js';

const shownOnce = (issued: IssuedPsk): WriteAnswer<PskIssuedResponse> =>
  new WriteAnswer(201, toPskIssuedResponse(issued), { position: issued.position });

const TOKEN_NEEDED = 'Called with a PSK; a Keycloak token is needed';
const NO_KEY = 'The caller has no key';
const NO_REPEAT = 'The key is shown in this one answer, so an Idempotency-Key is refused with 422.';

/** The caller's own pre-shared key. */
@ApiTags('User PSK')
@ApiBearerAuth('bearer')
@Controller('api/user/psk')
export class UserPskController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @ShowsSecretOnce()
  @ApiOperation({ summary: 'Make a PSK', description: NO_REPEAT })
  @WrittenAnswer(201, 'The key, here and never again', PskIssuedResponse)
  @WriteRefusals({
    403: TOKEN_NEEDED,
    404: 'The directory does not know the caller',
    409: 'There is an active key: regenerate it',
  })
  async create(
    @Valid({ body: PskCreate, bodyOptional: true }) { body }: { body: PskCreate },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<PskIssuedResponse>> {
    const command = new IssuePsk(tokenHolder(caller), body.description, body.valid_until, context);
    return shownOnce(await this.commands.execute(command));
  }

  @Get()
  @ApiOperation({ summary: 'Show what is known of the PSK; never the key itself' })
  @ApiResponse({ status: 200, type: PskResponse, description: 'About the key' })
  @ReadRefusals({ 403: TOKEN_NEEDED, 404: NO_KEY })
  async get(@CurrentPrincipal() caller: Principal): Promise<PskResponse> {
    return toPskResponse(await this.queries.execute(new GetPskOfUser(tokenHolder(caller))));
  }

  @Post('regenerate')
  @ShowsSecretOnce()
  @ApiOperation({ summary: 'Replace the PSK by a new one', description: NO_REPEAT })
  @WrittenAnswer(201, 'The key, here and never again', PskIssuedResponse)
  @WriteRefusals({ 403: TOKEN_NEEDED, 404: NO_KEY })
  async regenerate(
    @Valid({ body: PskRegenerate, bodyOptional: true }) { body }: { body: PskRegenerate },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<PskIssuedResponse>> {
    const { description, valid_until: validUntil, overlap_seconds: overlapSeconds } = body;
    const request = { ...(description !== undefined && { description }), validUntil, overlapSeconds };
    return shownOnce(await this.commands.execute(new RegeneratePsk(tokenHolder(caller), request, context)));
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke the PSK' })
  @WrittenAnswer(204, 'Revoked; it opens nothing from now on')
  @WriteRefusals({ 403: TOKEN_NEEDED, 404: NO_KEY })
  async revoke(
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    const { position } = await this.commands.execute(new RevokePsk(tokenHolder(caller), context));
    return new WriteAnswer(204, undefined, { position });
  }
}
