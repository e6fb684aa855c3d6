import { Controller, Post, Req } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiExtraModels, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { HttpCode } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { FindUsers } from '../../features/directory/index.js';
import { ListColleagueIds } from '../../features/workspaces/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { ChangesNothing } from '../../platform/http/changes-nothing.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { EitherCredential, ReadRefusals } from './answers.decorator.js';
import {
  toUserIds,
  toUserQueryResponse,
  UserQuery,
  UserResponse,
  type UserQueryResponse,
} from './dto/user.dto.js';
import { OwnWorkspace } from './own-workspace.js';
import { OptionalJsonBody } from './validation/body.decorator.js';

@ApiTags('Wallaroo users')
@EitherCredential()
@Controller('v1/api/users')
export class WallarooUsersController {
  constructor(
    private readonly queries: QueryBus,
    private readonly own: OwnWorkspace,
  ) {}

  @Post('query')
  @HttpCode(200)
  @ChangesNothing()
  @ApiOperation({
    summary: 'Who people are',
    description:
      'For users who share a workspace with the caller; for administrators and the platform key all.',
  })
  @ApiBody({ type: UserQuery, required: false })
  @ApiExtraModels(UserResponse)
  @ApiResponse({
    status: 200,
    description: 'By id',
    schema: {
      type: 'object',
      required: ['users'],
      properties: {
        users: { type: 'object', additionalProperties: { $ref: getSchemaPath(UserResponse) } },
      },
    },
  })
  @ReadRefusals()
  async query(
    @OptionalJsonBody(UserQuery) body: UserQuery,
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<UserQueryResponse> {
    await this.own.ensure(request, caller);
    const known = await this.queries.execute(new ListColleagueIds(caller));
    const asked = toUserIds(body);
    const found = await this.queries.execute(new FindUsers(both(known, asked)));
    return toUserQueryResponse(found);
  }
}

/** What is in both lists; `null` holds everything. */
const both = (a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null => {
  if (a === null || b === null) return a ?? b;
  const inB = new Set(b);
  return a.filter((id) => inB.has(id));
};
