import { Controller, Get, HttpCode, Inject, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/shared/domain-error.js';
import { GetUser, IssuePsk, ListUsers, RecordUser } from '../../features/directory/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { ShowsSecretOnce } from '../../platform/http/shows-secret.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { requireAdminFor } from './admin.js';
import { AdminReadRefusals, AdminWriteRefusals, EitherCredential, Listed } from './answers.decorator.js';
import { toPageMark } from './cursor.js';
import { limitOf, UserListQuery } from './dto/list.dto.js';
import { UserPath } from './dto/path.dto.js';
import { PskDto, PskResponse, toPskResponse } from './dto/psk.dto.js';
import { toUserEntry, toUserResponse, UserDto, UserResponse } from './dto/user.dto.js';
import { listResponse, type ListResponse } from './lists.js';
import { Valid } from './validation/valid.decorator.js';

const NOT_FOUND = ['user-not-found', 'No such user'] as const;

/** An unknown group is a field that does not fit, so the answer points at it. */
const pointAtUnknownGroups =
  ({ groups }: UserDto) =>
  (error: unknown): never => {
    if (!(error instanceof DomainError) || error.code !== 'unknown-group') throw error;
    const unknown = error.details['groups'] as readonly string[];
    throw new HttpProblem(422, error.code, error.message, {
      errors: groups.flatMap((group, index) =>
        unknown.includes(group)
          ? [{ location: ['body', 'groups', index], message: 'is no group of the directory' }]
          : [],
      ),
    });
  };

@ApiTags('Directory')
@EitherCredential()
@Controller('governance/v1/users')
export class UsersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List users, in the order in which they became known' })
  @ApiQuery({
    name: 'search',
    required: false,
    description: 'Part of the id, the username, the e-mail address or a name, without case',
  })
  @Listed(UserResponse)
  @AdminReadRefusals()
  async list(
    @Valid({ query: UserListQuery }) { query }: { query: UserListQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse<UserResponse>> {
    const search = query.search ? query.search : null;
    const scope = ['users', search];
    const from = toPageMark(query.cursor, scope);
    requireAdmin(caller);
    const page = await this.queries.execute(new ListUsers(search, { limit: limitOf(query), from }));
    return listResponse(page, toUserResponse, scope, request, reply, this.config.publicUrl);
  }

  @Get(':userId')
  @ApiOperation({ summary: 'Show a user' })
  @ApiParam({ name: 'userId', type: String })
  @ApiResponse({ status: 200, type: UserResponse })
  @AdminReadRefusals({ 404: NOT_FOUND })
  async get(
    @Valid({ path: UserPath }) { path }: { path: UserPath },
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResponse> {
    const user = await this.queries.execute(new GetUser(path.userId));
    requireAdmin(caller);
    void reply.header('etag', `"${user.revision}"`);
    return toUserResponse(user);
  }

  @Put(':userId')
  @ApiOperation({
    summary: 'Record a user: the whole entry is replaced',
    description:
      'The same entry again changes nothing. Users of the identity provider are recorded by their tokens too.',
  })
  @ApiParam({ name: 'userId', type: String, description: "The identity provider's id of the user" })
  @ApiBody({ type: UserDto })
  @ApiResponse({ status: 200, type: UserResponse, description: 'Changed, or equal already' })
  @ApiResponse({ status: 201, type: UserResponse, description: 'New' })
  @AdminWriteRefusals({ 422: ['invalid-request', 'A group is not known'] })
  async record(
    @Valid({ path: UserPath, body: UserDto }) { path, body }: { path: UserPath; body: UserDto },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<UserResponse>> {
    requireAdmin(caller);
    const { user, created, ...written } = await this.commands
      .execute(new RecordUser(path.userId, toUserEntry(body), context))
      .catch(pointAtUnknownGroups(body));
    return new WriteAnswer(created ? 201 : 200, toUserResponse(user), written);
  }

  @Post(':userId/psk')
  @HttpCode(201)
  @ShowsSecretOnce()
  @ApiOperation({
    summary: 'Issue a pre-shared key for a user',
    description: 'The key is shown in this answer and never again, so an Idempotency-Key is refused.',
  })
  @ApiParam({ name: 'userId', type: String })
  @ApiBody({ type: PskDto, required: false })
  @ApiResponse({ status: 201, type: PskResponse })
  @AdminWriteRefusals({ 404: NOT_FOUND, 409: ['psk-active', 'The user has an active key'] })
  async issuePsk(
    @Valid({ path: UserPath, body: PskDto, bodyOptional: true })
    { path, body }: { path: UserPath; body: PskDto },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<PskResponse>> {
    await requireAdminFor(caller, () => this.queries.execute(new GetUser(path.userId)));
    const { description, validUntil } = body;
    const issued = await this.commands.execute(new IssuePsk(path.userId, description, validUntil, context));
    return new WriteAnswer(201, toPskResponse(issued), { position: issued.position });
  }
}
