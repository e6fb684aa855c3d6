import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { Metrics } from '../../platform/metrics/metrics.js';
import type { Action, Decision } from './decision.js';

/** Where every decision is written down: ids and words only, neither credentials nor people's names. */
export abstract class DecisionJournal {
  /** `action`: `null` when it was not known or not looked at. */
  abstract record(decision: Decision, action: Action | null): void;
}

/** One line in the log and one count in the metrics per decision. */
@Injectable()
export class LoggedDecisions extends DecisionJournal {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    super();
  }

  record(
    { allowed, reason, subject, resource, modelGroup, decisionId, evaluatedAt }: Decision,
    action: Action | null,
  ): void {
    const decision = allowed ? 'allow' : 'deny';
    this.metrics.decisionGiven(decision, reason);
    this.logger.info(
      {
        decision_id: decisionId,
        decision,
        reason,
        action,
        credential: subject?.kind ?? null,
        user_id: subject?.userId ?? null,
        psk_id: subject?.pskId ?? null,
        deployment_id: resource?.deploymentId ?? null,
        revision: resource === null ? null : String(resource.revision),
        ...(modelGroup && { model_group_id: modelGroup.modelGroupId, model_group_access: modelGroup.access }),
        evaluated_at: evaluatedAt,
      },
      'decision',
    );
  }
}
