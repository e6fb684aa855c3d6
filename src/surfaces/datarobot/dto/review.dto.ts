import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { ReviewView, SuggestedReviewer } from '../../../features/change-requests/index.js';
import { Spelled, Text } from '../validation/fields.js';
import { Param } from '../validation/parameters.js';
import { spelled, text } from '../validation/text-rules.js';
import { COMMENT, ID } from './limits.js';
import { ListQuery } from './list.dto.js';
import { REVIEW_STATUSES } from './words.js';

type ReviewStatus = (typeof REVIEW_STATUSES)[number];

@ApiSchema({ name: 'ReviewCreate' })
export class ReviewCreate {
  @Text({ ...ID, description: 'The version that is reviewed: `changeVersionId` of the request' })
  readonly changeVersionId: string;

  @Spelled(REVIEW_STATUSES)
  readonly status: ReviewStatus;

  @Text({ ...COMMENT, optional: true })
  readonly comment?: string;
}

export class ReviewsQuery extends ListQuery {
  @Param(spelled(REVIEW_STATUSES), { type: 'string', enum: [...REVIEW_STATUSES] })
  readonly status?: ReviewStatus;

  @Param(text(ID), { type: 'string' })
  readonly changeVersionId?: string;
}

@ApiSchema({ name: 'ReviewResponse' })
export class ReviewResponse {
  @ApiProperty({ type: String })
  readonly id: string;
  @ApiProperty({ type: String })
  readonly changeRequestId: string;
  @ApiProperty({ type: String })
  readonly changeVersionId: string;
  @ApiProperty({ enum: REVIEW_STATUSES })
  readonly status: ReviewStatus;
  @ApiProperty({ type: String, required: false, maxLength: COMMENT.max })
  readonly comment?: string;
  @ApiProperty({ type: String, format: 'date-time' })
  readonly createdAt: string;
  @ApiProperty({ type: String })
  readonly userId: string;
  @ApiProperty({ type: String, nullable: true, description: "The reviewer's e-mail address" })
  readonly userName: string | null;
}

@ApiSchema({ name: 'SuggestedReviewer' })
export class SuggestedReviewerResponse {
  @ApiProperty({ type: String })
  readonly userId: string;
  @ApiProperty({ type: String })
  readonly username: string;
  @ApiProperty({ type: String, nullable: true })
  readonly firstName: string | null;
  @ApiProperty({ type: String, nullable: true })
  readonly lastName: string | null;
}

export const toReviewResponse = (review: ReviewView): ReviewResponse => ({
  id: review.reviewId,
  changeRequestId: review.changeRequestId,
  changeVersionId: review.changeVersionId,
  status: review.status,
  ...(review.comment !== null && { comment: review.comment }),
  createdAt: review.createdAt,
  userId: review.reviewerId,
  userName: review.reviewerEmail,
});

export const toSuggestedReviewer = ({
  userId,
  username,
  firstName,
  lastName,
}: SuggestedReviewer): SuggestedReviewerResponse => ({ userId, username, firstName, lastName });
