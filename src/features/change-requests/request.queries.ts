import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { DomainError } from '../../domain/shared/domain-error.js';
import { dueTimes, reminderAnchor } from '../../domain/change-request/timers.js';
import { isOpen, type ChangeRequest } from '../../domain/change-request/change-request.state.js';
import { addPeriod, latestPeriodEnd } from '../../platform/clock/calendar.js';
import { Clock } from '../../platform/clock/clock.js';
import { Directory } from '../../platform/auth/directory.js';
import type { Counted } from '../approval-policies/index.js';
import type {
  ApplicationView,
  ChangeRequestView,
  ReviewView,
  Schedule,
  SuggestedReviewer,
} from './change-request.view.js';
import {
  GetApplication,
  GetChangeRequest,
  GetReview,
  GetSchedule,
  ListReviews,
  ListSuggestedReviewers,
} from './queries.js';
import { RequestReader } from './request-reader.js';
import type { ReviewRow } from './request-rows.js';
import { RequestViews } from './request-views.js';
import { Reviewers } from './reviewers.js';
import { isRequestId } from './streams.js';

@QueryHandler(GetChangeRequest)
export class GetChangeRequestHandler implements IQueryHandler<GetChangeRequest> {
  constructor(
    private readonly reader: RequestReader,
    private readonly views: RequestViews,
  ) {}

  async execute({ changeRequestId, caller }: GetChangeRequest): Promise<ChangeRequestView> {
    const { request, place, deployment } = this.reader.find(changeRequestId, caller);
    return this.views.view(request, place, caller, deployment);
  }
}

@QueryHandler(ListReviews)
export class ListReviewsHandler implements IQueryHandler<ListReviews> {
  constructor(
    private readonly reader: RequestReader,
    private readonly views: RequestViews,
  ) {}

  async execute({ changeRequestId, filter, page, caller }: ListReviews): Promise<Counted<ReviewView>> {
    this.reader.find(changeRequestId, caller);
    const { status, changeVersionId } = filter;
    const conditions = ['change_request_id = ?'];
    const parameters: string[] = [changeRequestId];
    if (status !== undefined) {
      conditions.push('status = ?');
      parameters.push(status);
    }
    if (changeVersionId !== undefined) {
      if (!isRequestId(changeVersionId)) return { items: [], total: 0 };
      conditions.push('change_version_id = ?');
      parameters.push(changeVersionId);
    }
    const matching = `FROM change_request_reviews WHERE ${conditions.join(' AND ')}`;
    const rows = this.reader.readModels.all<ReviewRow>(
      `SELECT * ${matching} ORDER BY position LIMIT ? OFFSET ?`,
      ...parameters,
      page.limit,
      page.offset,
    );
    const counted = this.reader.readModels.get<{ total: number }>(
      `SELECT count(*) AS total ${matching}`,
      ...parameters,
    );
    return { items: rows.map((row) => this.views.review(row)), total: counted?.total ?? 0 };
  }
}

@QueryHandler(GetReview)
export class GetReviewHandler implements IQueryHandler<GetReview> {
  constructor(
    private readonly reader: RequestReader,
    private readonly views: RequestViews,
  ) {}

  async execute({ changeRequestId, reviewId, caller }: GetReview): Promise<ReviewView> {
    this.reader.find(changeRequestId, caller);
    const row = isRequestId(reviewId)
      ? this.reader.readModels.get<ReviewRow>(
          'SELECT * FROM change_request_reviews WHERE review_id = ? AND change_request_id = ?',
          reviewId,
          changeRequestId,
        )
      : undefined;
    if (row === undefined)
      throw new DomainError('not-found', 'review-not-found', `Review '${reviewId}' not found`);
    return this.views.review(row);
  }
}

@QueryHandler(ListSuggestedReviewers)
export class ListSuggestedReviewersHandler implements IQueryHandler<ListSuggestedReviewers> {
  constructor(
    private readonly reader: RequestReader,
    private readonly reviewers: Reviewers,
    private readonly directory: Directory,
  ) {}

  async execute({
    changeRequestId,
    page,
    caller,
  }: ListSuggestedReviewers): Promise<Counted<SuggestedReviewer>> {
    const { request } = this.reader.find(changeRequestId, caller);
    const people = this.reviewers
      .of(request)
      .map((userId) => this.directory.user(userId))
      .filter((user) => user !== undefined)
      .map(({ userId, username, firstName, lastName }) => ({ userId, username, firstName, lastName }))
      .sort((left, right) => (left.username < right.username ? -1 : 1));
    return { items: people.slice(page.offset, page.offset + page.limit), total: people.length };
  }
}

@QueryHandler(GetSchedule)
export class GetScheduleHandler implements IQueryHandler<GetSchedule> {
  constructor(
    private readonly reader: RequestReader,
    private readonly reviewers: Reviewers,
    private readonly clock: Clock,
  ) {}

  async execute({ changeRequestId, caller }: GetSchedule): Promise<Schedule> {
    const { request } = this.reader.find(changeRequestId, caller);
    const { status } = request;
    const { reminder, automaticAction } = this.isTimed(request.requirement.policy?.policyId)
      ? dueTimes(request, addPeriod)
      : { reminder: null, automaticAction: null };
    const items: Schedule['items'][number][] = [];
    if (reminder !== null)
      items.push({ kind: 'reminder', action: null, dueAt: this.nextReminder(request, reminder) });
    const action = request.requirement.automaticAction?.action ?? null;
    if (automaticAction !== null) items.push({ kind: 'automaticAction', action, dueAt: automaticAction });
    items.sort((left, right) => Date.parse(left.dueAt) - Date.parse(right.dueAt));
    const unsatisfiable = isOpen(request) ? this.reviewers.unsatisfiable(request) : [];
    return { changeRequestId, status, items, unsatisfiable };
  }

  /** When one came due and nobody was left for it, the next is the one after. */
  private nextReminder(request: ChangeRequest, due: string): string {
    const { reminderPeriod } = request.requirement;
    const now = this.clock.now().getTime();
    if (reminderPeriod === null || Date.parse(due) > now || this.reviewers.toRemind(request).length > 0)
      return due;
    return addPeriod(latestPeriodEnd(reminderAnchor(request), reminderPeriod, now), reminderPeriod);
  }

  /** The timers of a deleted policy have stopped; those of one that is switched off wait or pass unused. */
  private isTimed(policyId: string | undefined): boolean {
    if (policyId === undefined) return false;
    const found = this.reader.readModels.get(
      'SELECT 1 FROM timed_policies WHERE policy_id = ? AND active = 1',
      policyId,
    );
    return found !== undefined;
  }
}

@QueryHandler(GetApplication)
export class GetApplicationHandler implements IQueryHandler<GetApplication> {
  constructor(private readonly reader: RequestReader) {}

  async execute({ changeRequestId, attempt, caller }: GetApplication): Promise<ApplicationView> {
    const { request } = this.reader.find(changeRequestId, caller);
    if (attempt < 1 || attempt > request.attempts)
      throw new DomainError('not-found', 'application-not-found', 'The change was not tried that often');
    if (request.applying?.attempt === attempt)
      return { changeRequestId, attempt, state: 'running', message: null };
    const last = attempt === request.attempts;
    if (last && request.status === 'resolved')
      return { changeRequestId, attempt, state: 'completed', message: null };
    const message = last ? (request.failure?.message ?? null) : 'A later try took its place';
    return { changeRequestId, attempt, state: 'failed', message };
  }
}
