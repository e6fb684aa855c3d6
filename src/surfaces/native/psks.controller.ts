import { Controller, Delete, HttpCode } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { RevokePskById } from '../../features/directory/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { AdminWriteRefusals, EitherCredential } from './answers.decorator.js';
import { IdPath } from './dto/path.dto.js';
import { Valid } from './validation/valid.decorator.js';

@ApiTags('Directory')
@EitherCredential()
@Controller('governance/v1/psks')
export class PsksController {
  constructor(private readonly commands: CommandBus) {}

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: "Revoke a user's pre-shared key" })
  @ApiParam({ name: 'id', type: String, format: 'uuid' })
  @ApiResponse({ status: 204, description: 'Revoked; it opens nothing from now on' })
  @AdminWriteRefusals({ 404: ['psk-not-found', 'No such key, or revoked before'] })
  async revoke(
    @Valid({ path: IdPath }) { path }: { path: IdPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    requireAdmin(caller);
    const { position } = await this.commands.execute(new RevokePskById(path.id, context));
    return new WriteAnswer(204, undefined, { position });
  }
}
