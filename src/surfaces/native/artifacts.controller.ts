import { Controller, Delete, Get, HttpCode, Inject, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/shared/domain-error.js';
import {
  ARTIFACT_KINDS,
  GetArtifact,
  ListArtifacts,
  RecordArtifact,
  WithdrawArtifact,
  type ArtifactKind,
} from '../../features/artifacts/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { HttpProblem } from '../../platform/http/problem.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { requireAdmin } from '../../platform/http/require-admin.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { requireAdminFor } from './admin.js';
import { AdminReadRefusals, AdminWriteRefusals, EitherCredential, Listed } from './answers.decorator.js';
import { toPageMark } from './cursor.js';
import {
  ArtifactDto,
  ArtifactKindPath,
  ArtifactPath,
  ArtifactResponse,
  isArtifactKind,
  toArtifactFacts,
  toArtifactResponse,
} from './dto/artifact.dto.js';
import { limitOf, ListQuery } from './dto/list.dto.js';
import { listResponse, type ListResponse } from './lists.js';
import { Valid } from './validation/valid.decorator.js';

const NOT_FOUND = ['artifact-not-found', 'No such artifact, or no such kind'] as const;
const KIND = { name: 'kind', enum: ARTIFACT_KINDS } as const;

const requireKind = (kind: string): ArtifactKind => {
  if (isArtifactKind(kind)) return kind;
  const message = `There is no kind of artifact '${kind}', only ${ARTIFACT_KINDS.join(', ')}`;
  throw new HttpProblem(404, 'artifact-kind-not-found', message);
};

/** The field that each refusal of the command is about. */
const FIELD_OF: Readonly<Record<string, string>> = {
  'unknown-workspace': 'workspaceId',
  'unknown-model-group': 'modelGroupId',
};

const pointAtUnknownPlace = (error: unknown): never => {
  const field = error instanceof DomainError ? FIELD_OF[error.code] : undefined;
  if (!(error instanceof DomainError) || field === undefined) throw error;
  throw new HttpProblem(422, error.code, error.message, {
    errors: [{ location: ['body', field], message: 'is not known' }],
  });
};

@ApiTags('Artifacts')
@EitherCredential()
@Controller('governance/v1/artifacts/:kind')
export class ArtifactsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List artifacts of one kind, oldest first' })
  @ApiParam(KIND)
  @Listed(ArtifactResponse)
  @AdminReadRefusals({ 404: ['artifact-kind-not-found', 'No such kind'] })
  async list(
    @Valid({ path: ArtifactKindPath, query: ListQuery })
    { path, query }: { path: ArtifactKindPath; query: ListQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ListResponse<ArtifactResponse>> {
    const scope = ['artifacts', path.kind];
    const from = toPageMark(query.cursor, scope);
    const kind = requireKind(path.kind);
    requireAdmin(caller);
    const page = await this.queries.execute(new ListArtifacts(kind, { limit: limitOf(query), from }));
    return listResponse(page, toArtifactResponse, scope, request, reply, this.config.publicUrl);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Show an artifact' })
  @ApiParam(KIND)
  @ApiParam({ name: 'id', type: String })
  @ApiResponse({ status: 200, type: ArtifactResponse })
  @AdminReadRefusals({ 404: NOT_FOUND })
  async get(
    @Valid({ path: ArtifactPath }) { path }: { path: ArtifactPath },
    @CurrentPrincipal() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ArtifactResponse> {
    const artifact = await this.queries.execute(new GetArtifact(requireKind(path.kind), path.id));
    requireAdmin(caller);
    void reply.header('etag', `"${artifact.revision}"`);
    return toArtifactResponse(artifact);
  }

  @Put(':id')
  @ApiOperation({
    summary: 'Register an artifact, so that changes can refer to it, or replace what is known of it',
    description:
      'The same entry again changes nothing. Models and pipelines of a workspace may also be registered by its members.',
  })
  @ApiParam(KIND)
  @ApiParam({ name: 'id', type: String, description: 'The id that its own system gives it' })
  @ApiBody({ type: ArtifactDto })
  @ApiResponse({ status: 200, type: ArtifactResponse, description: 'Changed, or equal already' })
  @ApiResponse({ status: 201, type: ArtifactResponse, description: 'New' })
  @AdminWriteRefusals({
    404: ['artifact-kind-not-found', 'No such kind'],
    409: ['workspace-archived', 'The workspace is archived'],
    422: ['invalid-request', 'The workspace or the model group is not known'],
  })
  async record(
    @Valid({ path: ArtifactPath, body: ArtifactDto })
    { path, body }: { path: ArtifactPath; body: ArtifactDto },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<ArtifactResponse>> {
    const kind = requireKind(path.kind);
    const { artifact, created, position } = await this.commands
      .execute(new RecordArtifact(kind, path.id, toArtifactFacts(body), caller, context))
      .catch(pointAtUnknownPlace);
    const { revision } = artifact;
    return new WriteAnswer(created ? 201 : 200, toArtifactResponse(artifact), { revision, position });
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Withdraw an artifact: nothing new can refer to it' })
  @ApiParam(KIND)
  @ApiParam({ name: 'id', type: String })
  @ApiResponse({ status: 204, description: 'Withdrawn' })
  @AdminWriteRefusals({ 404: NOT_FOUND })
  async withdraw(
    @Valid({ path: ArtifactPath }) { path }: { path: ArtifactPath },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer> {
    const kind = requireKind(path.kind);
    await requireAdminFor(caller, () => this.queries.execute(new GetArtifact(kind, path.id)));
    const { position } = await this.commands.execute(new WithdrawArtifact(kind, path.id, context));
    return new WriteAnswer(204, undefined, { position });
  }
}
