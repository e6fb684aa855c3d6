import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { newId } from '../../event-store/command-context.js';
import type { ReviewView } from './change-request.view.js';
import { SubmitReview } from './commands.js';
import { participantOf } from './request-access.js';
import { RequestViews } from './request-views.js';
import { RequestWriter } from './request-writer.js';

@CommandHandler(SubmitReview)
export class SubmitReviewHandler implements ICommandHandler<SubmitReview> {
  constructor(
    private readonly writer: RequestWriter,
    private readonly views: RequestViews,
  ) {}

  async execute({
    changeRequestId,
    review,
    caller,
    context,
  }: SubmitReview): Promise<ReviewView & { readonly position: bigint }> {
    await this.writer.load(changeRequestId, caller);
    const { changeVersionId, status, comment } = review;
    const reviewId = newId(context, 'review');
    const reviewer = participantOf(caller);
    const { position } = await this.writer.write(
      changeRequestId,
      { type: 'SubmitReview', reviewId, changeVersionId, review: status, comment, reviewer },
      context,
    );
    const reviewerId = reviewer.userId;
    return {
      reviewId,
      changeRequestId,
      changeVersionId,
      status,
      comment,
      createdAt: context.now,
      reviewerId,
      reviewerEmail: this.views.emailOf(reviewerId),
      position,
    };
  }
}
