import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { GetSchedule } from '../../features/change-requests/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { EitherCredential, ReadRefusals } from './answers.decorator.js';
import { IdPath } from './dto/path.dto.js';
import { ScheduleResponse, toScheduleResponse } from './dto/schedule.dto.js';
import { Valid } from './validation/valid.decorator.js';

@ApiTags('Change requests')
@EitherCredential()
@Controller('governance/v1/change-requests')
export class SchedulesController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':id/schedule')
  @ApiOperation({
    summary: 'What happens to a change request next if nobody acts',
    description: 'For the platform, administrators, and whoever sees the request.',
  })
  @ApiParam({ name: 'id', type: String, format: 'uuid' })
  @ApiResponse({ status: 200, type: ScheduleResponse })
  @ReadRefusals({
    404: ['change-request-not-found', 'No such change request, or none that the caller may see'],
  })
  async get(
    @Valid({ path: IdPath }) { path }: { path: IdPath },
    @CurrentPrincipal() caller: Principal,
  ): Promise<ScheduleResponse> {
    return toScheduleResponse(await this.queries.execute(new GetSchedule(path.id, caller)));
  }
}
