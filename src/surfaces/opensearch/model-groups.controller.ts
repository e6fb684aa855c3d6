import { Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  DeleteModelGroup,
  GetModelGroup,
  RegisterModelGroup,
  UpdateModelGroup,
  type WrittenGroup,
} from '../../features/model-groups/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { deletion } from './answer/deletion.js';
import { toGroup } from './answer/group-document.js';
import { shaped } from './answer/shaped.js';
import { requireKnownParameters } from './answer/url-parameters.js';
import { unknownModeWarning } from './answer/warning.js';
import {
  Answers,
  EitherCredential,
  ReadRefusals,
  TakesFrameworkParameters,
  WriteRefusals,
} from './answers.decorator.js';
import { isBlank, readGroupBody, requireFit, type GroupBody } from './body/group-body.js';
import { requireNoBody } from './body/body-text.js';
import { MODEL_GROUPS_PATH } from './paths.js';
import {
  deletionSchema,
  groupSchema,
  registeredSchema,
  registrationSchema,
  updatedSchema,
  updateSchema,
} from './schemas.js';

const ID = { name: 'model_group_id', type: String, example: 'TRqZfYgBD7s2oEFdvrQj' } as const;

const warn = ({ unknownMode }: GroupBody, reply: FastifyReply): void => {
  if (unknownMode !== null) void reply.header('warning', unknownModeWarning(unknownMode));
};

/** An update can't take a name or a description away: a blank one says nothing. */
const orUnchanged = (text: string | null): string | null => (text === null || isBlank(text) ? null : text);

const answer = (written: WrittenGroup, body: object): WriteAnswer => new WriteAnswer(200, body, written);

/** Each call reads its body, then its parameters, then checks the fields; then the rules have their say. */
@ApiTags('Model groups')
@EitherCredential()
@TakesFrameworkParameters()
@Controller(MODEL_GROUPS_PATH)
export class ModelGroupsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post('_register')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Register a model group',
    description:
      'Its name is taken once, exactly as it is spelt. Without access parameters the group is private, or public where access control is off.',
  })
  @ApiBody({ schema: registrationSchema })
  @Answers(registeredSchema, { description: 'Registered', written: true })
  @WriteRefusals({ 409: 'There is a group with the id that was chosen' })
  async register(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    const body = readGroupBody(request.body, 'registration');
    requireKnownParameters(request);
    requireFit(body, 'registration');
    warn(body, reply);
    const { name, description, access, modelGroupId } = body;
    const group = { name: name ?? '', description, access, modelGroupId };
    const written = await this.commands.execute(new RegisterModelGroup(group, caller, context));
    return answer(
      written,
      shaped({ model_group_id: written.modelGroupId, status: 'CREATED' }, request, reply),
    );
  }

  @Get(':model_group_id')
  @ApiOperation({ summary: 'Show a model group' })
  @ApiParam(ID)
  @Answers(groupSchema, { description: 'The group', entity: true })
  @ReadRefusals({ 403: 'The caller has no access to the group', 404: 'No such group' })
  async get(
    @Param('model_group_id') modelGroupId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentPrincipal() caller: Principal,
  ): Promise<object> {
    requireKnownParameters(request);
    const group = await this.queries.execute(new GetModelGroup(modelGroupId, caller));
    void reply.header('etag', `"${group.revision}"`);
    return shaped(toGroup(group), request, reply);
  }

  @Put(':model_group_id')
  @ApiOperation({
    summary: 'Change a model group',
    description:
      'What is left out, or blank, stays as it is. The name and the description are for whoever has access to the group, the rest is for its owner and administrators.',
  })
  @ApiParam(ID)
  @ApiBody({ schema: updateSchema })
  @Answers(updatedSchema, { description: 'Updated', written: true })
  @WriteRefusals({ 404: 'No such group' })
  async update(
    @Param('model_group_id') modelGroupId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    const body = readGroupBody(request.body, 'update');
    requireKnownParameters(request);
    requireFit(body, 'update');
    warn(body, reply);
    const { name, description, access } = body;
    const change = { name: orUnchanged(name), description: orUnchanged(description), access };
    const written = await this.commands.execute(new UpdateModelGroup(modelGroupId, change, caller, context));
    return answer(written, shaped({ status: 'Updated' }, request, reply));
  }

  @Delete(':model_group_id')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Delete a model group that has no models',
    description:
      'Answered the same way when there is none, with the result `not_found`. Its name and its id are free at once.',
  })
  @ApiParam(ID)
  @Answers(deletionSchema, { description: 'Deleted, or not there', written: true })
  @WriteRefusals({ 403: 'The caller has no access to the group', 409: 'The group has models' })
  async delete(
    @Param('model_group_id') modelGroupId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    requireNoBody(request);
    requireKnownParameters(request);
    const deleted = await this.commands.execute(new DeleteModelGroup(modelGroupId, caller, context));
    const { position } = deleted;
    return new WriteAnswer(200, shaped(deletion(deleted), request, reply), { position });
  }
}
