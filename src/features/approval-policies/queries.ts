import { Query } from '@nestjs/cqrs';
import type { Intent, WatchedPart } from '../../domain/approval-policy/approval-policy.events.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { PolicyView, TriggerChoice } from './policy.view.js';

export interface OffsetPage {
  readonly offset: number;
  readonly limit: number;
}

export interface Counted<Item> {
  readonly items: readonly Item[];
  /** On all pages. */
  readonly total: number;
}

/** Refused with `approval-admin-required`, `policy-not-found`. */
export class GetPolicy extends Query<PolicyView> {
  constructor(
    readonly policyId: string,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Oldest first. Refused with `approval-admin-required`. */
export class ListPolicies extends Query<Counted<PolicyView>> {
  constructor(
    readonly filter: {
      readonly entityType?: WatchedPart;
      /** Part of the name, without case. */
      readonly namePart?: string;
    },
    readonly page: OffsetPage,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** Which policy would gate what the caller intends, if any. Open to everybody. */
export class MatchPolicy extends Query<{ readonly policyId: string | null }> {
  constructor(
    readonly intent: Intent,
    /** `null`: not asked; a field without value is one whose value is not known. */
    readonly field: { readonly name: string; readonly value: string | null } | null,
    readonly caller: Caller,
  ) {
    super();
  }
}

/** The triggers that people may choose. Refused with `approval-admin-required`. */
export class ListTriggers extends Query<readonly TriggerChoice[]> {
  constructor(readonly caller: Caller) {
    super();
  }
}
