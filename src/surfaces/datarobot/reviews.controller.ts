import { Controller, Get, Inject, Param, Post, Req } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  GetChangeRequest,
  GetReview,
  ListReviews,
  ListSuggestedReviewers,
  SubmitReview,
} from '../../features/change-requests/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { CurrentPrincipal, WriteContext, type CommandContext } from '../../platform/http/request.js';
import { WriteAnswer } from '../../platform/http/write-answer.js';
import { Answers, EitherCredential, Listed, ReadRefusals, WriteRefusals } from './answers.decorator.js';
import { ListQuery } from './dto/list.dto.js';
import {
  ReviewCreate,
  ReviewResponse,
  ReviewsQuery,
  SuggestedReviewerResponse,
  toReviewResponse,
  toSuggestedReviewer,
} from './dto/review.dto.js';
import { listResponse, type ListResponse } from './paging.js';
import { slashed } from './paths.js';
import { Sent } from './request.js';

const NOT_FOUND = 'No such change request, or none that the caller may see';

@ApiTags('Change requests')
@EitherCredential()
@Controller('api/v2/changeRequests/:changeRequestId')
export class ReviewsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get(slashed('reviews'))
  @ApiOperation({ summary: 'List the reviews of a change request, oldest first' })
  @ApiQuery({ type: ReviewsQuery })
  @Listed(ReviewResponse)
  @ReadRefusals({ 404: NOT_FOUND })
  async list(
    @Param('changeRequestId') changeRequestId: string,
    @Sent({ query: ReviewsQuery }) sent: () => { query: ReviewsQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ListResponse<ReviewResponse>> {
    await this.queries.execute(new GetChangeRequest(changeRequestId, caller));
    const { query } = sent();
    const { status, changeVersionId } = query;
    const filter = { ...(status && { status }), ...(changeVersionId && { changeVersionId }) };
    const page = await this.queries.execute(new ListReviews(changeRequestId, filter, query, caller));
    return listResponse(page, toReviewResponse, query, request, this.config.publicUrl);
  }

  @Post(slashed('reviews'))
  @ApiOperation({ summary: 'Approve a change request, ask for changes, or comment on it' })
  @ApiBody({ type: ReviewCreate })
  @Answers(201, { type: ReviewResponse, description: 'Taken', written: true })
  @WriteRefusals({
    403: 'The caller is no reviewer of this request, or it is his own',
    404: NOT_FOUND,
    409: 'The request is closed, is being applied, or has a newer version',
  })
  async submit(
    @Param('changeRequestId') changeRequestId: string,
    @Sent({ body: ReviewCreate }) sent: () => { body: ReviewCreate },
    @CurrentPrincipal() caller: Principal,
    @WriteContext() context: CommandContext,
  ): Promise<WriteAnswer<ReviewResponse>> {
    await this.queries.execute(new GetChangeRequest(changeRequestId, caller));
    const { changeVersionId, status, comment = null } = sent().body;
    const review = await this.commands.execute(
      new SubmitReview(changeRequestId, { changeVersionId, status, comment }, caller, context),
    );
    return new WriteAnswer(201, toReviewResponse(review), { position: review.position });
  }

  @Get(slashed('reviews/:reviewId'))
  @ApiOperation({ summary: 'Show a review' })
  @Answers(200, { type: ReviewResponse, description: 'The review' })
  @ReadRefusals({ 404: 'No such review of this change request' })
  async get(
    @Param('changeRequestId') changeRequestId: string,
    @Param('reviewId') reviewId: string,
    @CurrentPrincipal() caller: Principal,
  ): Promise<ReviewResponse> {
    return toReviewResponse(await this.queries.execute(new GetReview(changeRequestId, reviewId, caller)));
  }

  @Get(slashed('suggestedReviewers'))
  @ApiOperation({ summary: 'Who may review a change request, by username' })
  @ApiQuery({ type: ListQuery })
  @Listed(SuggestedReviewerResponse)
  @ReadRefusals({ 404: NOT_FOUND })
  async suggested(
    @Param('changeRequestId') changeRequestId: string,
    @Sent({ query: ListQuery }) sent: () => { query: ListQuery },
    @CurrentPrincipal() caller: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ListResponse<SuggestedReviewerResponse>> {
    await this.queries.execute(new GetChangeRequest(changeRequestId, caller));
    const { query } = sent();
    const page = await this.queries.execute(new ListSuggestedReviewers(changeRequestId, query, caller));
    return listResponse(page, toSuggestedReviewer, query, request, this.config.publicUrl);
  }
}
