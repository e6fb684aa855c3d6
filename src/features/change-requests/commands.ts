import { Command } from '@nestjs/cqrs';
import type { Change } from '../../domain/change-request/change.js';
import type { ReviewStatus } from '../../domain/change-request/change-request.events.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { CommandContext } from '../../event-store/command-context.js';
import type { ChangeRequestView, ReviewView } from './change-request.view.js';

/**
 * Refused with `deployment-not-found` (unknown, archived, or not the caller's to see), `reference-not-found` and
 * `span-empty` (`invalid`, `details.field`), `change-forbidden`, `change-request-open` (details: `changeRequestId`),
 * `nothing-to-change` (details: `field`).
 */
export class OpenChangeRequest extends Command<ChangeRequestView> {
  constructor(
    readonly request: {
      readonly entityId: string;
      readonly change: Change;
      readonly autoApply: boolean;
      /** `null`: none. */
      readonly comment: string | null;
    },
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/**
 * Fields left out stay. A change that says the same is none. Refused with `change-request-not-found`, `action-fixed`,
 * `reference-not-found`, `span-empty`, `not-the-requester`, `change-request-closed`, `being-applied`, `nothing-to-change`.
 */
export class ReviseChangeRequest extends Command<ChangeRequestView> {
  constructor(
    readonly changeRequestId: string,
    readonly revision: {
      readonly change?: Change;
      readonly autoApply?: boolean;
      readonly comment?: string;
    },
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/**
 * Refused with `change-request-not-found`, `unknown-version`, `own-request`, `not-a-reviewer`, `change-request-closed`,
 * `being-applied`, `version-outdated`.
 */
export class SubmitReview extends Command<ReviewView & { readonly position: bigint }> {
  constructor(
    readonly changeRequestId: string,
    readonly review: {
      readonly changeVersionId: string;
      readonly status: ReviewStatus;
      readonly comment: string | null;
    },
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/**
 * Starts carrying out an approved change; `attempt` names this try, see `GetApplication`. Refused with
 * `change-request-not-found`, `resolve-forbidden`, `change-request-closed`, `being-applied`, `not-approved`.
 */
export class ResolveChangeRequest extends Command<{
  readonly changeRequestId: string;
  readonly attempt: number;
  readonly revision: bigint;
  readonly position: bigint;
}> {
  constructor(
    readonly changeRequestId: string,
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/**
 * Refused with `change-request-not-found`, `cancel-forbidden`, `change-request-closed`, `being-applied`, and with
 * `version-outdated` when it is being revised at the same time.
 */
export class CancelChangeRequest extends Command<ChangeRequestView> {
  constructor(
    readonly changeRequestId: string,
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}
