import type { Change } from '../../../features/change-requests/index.js';
import type { FieldError } from '../../../platform/http/problem.js';
import { Instant, LooseFlag, OneOf, Text, TextList } from '../validation/fields.js';
import { readStrictDto, type DtoClass } from '../validation/dto-reader.js';
import { refuse, type Place } from '../validation/rule.js';
import { ID } from './limits.js';
import {
  DATA_TYPES,
  DEPLOYMENT_STATUSES,
  IMPORTANCES,
  REPLACEMENT_REASONS,
  type ChangeAction,
  type DeploymentStatus,
  type Importance,
  type ReplacementReason,
} from './words.js';

export class ApproveChange {
  @OneOf(['APPROVED'])
  readonly approvalStatus: 'APPROVED';
}

export class ChangeStatusChange {
  @OneOf(DEPLOYMENT_STATUSES)
  readonly status: DeploymentStatus;
}

export class ChangeImportanceChange {
  @OneOf(IMPORTANCES)
  readonly importance: Importance;
}

export class CleanupStatsChange {
  @OneOf(DATA_TYPES)
  readonly dataType: 'monitoring';

  @Instant({ optional: true, nullable: true, fallback: null, description: 'null: from the beginning' })
  readonly start: string | null;

  @Instant({ optional: true, nullable: true, fallback: null, description: 'null: to the end' })
  readonly end: string | null;

  @Text({ ...ID, optional: true, nullable: true, fallback: null, description: 'null: all models' })
  readonly modelId: string | null;
}

export class DeleteChange {
  @Text({ ...ID, optional: true, fallback: null, description: 'The deployment that traffic moves to' })
  readonly defaultDeploymentId: string | null;

  @LooseFlag({ optional: true, fallback: null, description: 'Answered as "true" or "false"' })
  readonly ignoreManagementAgent: boolean | null;
}

export class ReplaceModelChange {
  @Text({ ...ID, example: 'churn-gbm' })
  readonly modelId: string;

  @OneOf(REPLACEMENT_REASONS)
  readonly replacementReason: ReplacementReason;
}

export class ReplaceModelPackageChange {
  @Text({ ...ID, example: 'churn-gbm-4' })
  readonly modelPackageId: string;

  @OneOf(REPLACEMENT_REASONS)
  readonly replacementReason: ReplacementReason;
}

export class UpdateSecondaryDatasetConfigsChange {
  @Text({ ...ID, example: 'customers-2026' })
  readonly secondaryDatasetsConfigId: string;
}

export class ReplaceRolesChange {
  @TextList({ items: { min: 1, max: 255 }, max: 100, example: ['nx1_engineer'] })
  readonly allowedRoles: readonly string[];
}

const PAYLOADS = {
  approve: ApproveChange,
  changeStatus: ChangeStatusChange,
  changeImportance: ChangeImportanceChange,
  cleanupStats: CleanupStatsChange,
  delete: DeleteChange,
  replaceModel: ReplaceModelChange,
  replaceModelPackage: ReplaceModelPackageChange,
  updateSecondaryDatasetConfigs: UpdateSecondaryDatasetConfigsChange,
  replaceRoles: ReplaceRolesChange,
} as const satisfies Record<ChangeAction, DtoClass>;

export const PAYLOAD_CLASSES = Object.values(PAYLOADS);

// A role stands in headers and log lines, so it is one line.
const ONE_LINE = /^(?=\P{Cc}*\S)\P{Cc}+$/u;

const checkWhole = (change: Change, at: Place, faults: FieldError[]): void => {
  if (change.action === 'cleanupStats') {
    const { start, end } = change;
    if (start !== null && end !== null && start >= end)
      refuse([...at, 'start'], faults, 'must be before end');
  }
  if (change.action === 'replaceRoles') {
    for (const [index, role] of change.allowedRoles.entries()) {
      if (!ONE_LINE.test(role))
        refuse([...at, 'allowedRoles', index], faults, 'must be one line that is not blank');
    }
  }
};

/** The payload must be the one of the action: another one, a missing one and an unknown key are faults. */
export const readChange = (
  action: ChangeAction,
  payload: unknown,
  at: Place,
  faults: FieldError[],
): Change => {
  const before = faults.length;
  const change = { ...readStrictDto<object>(PAYLOADS[action], payload, at, faults), action } as Change;
  if (faults.length === before) checkWhole(change, at, faults);
  return change;
};

/** The payload as it is answered; `null` when the action takes no parameters. */
export const toPayload = (change: Change): object | null => {
  const { action, ...payload } = change;
  if (action !== 'delete') return payload;
  const { defaultDeploymentId, ignoreManagementAgent } = payload as DeleteChange;
  if (defaultDeploymentId === null && ignoreManagementAgent === null) return null;
  return {
    ...(defaultDeploymentId !== null && { defaultDeploymentId }),
    ...(ignoreManagementAgent !== null && { ignoreManagementAgent: String(ignoreManagementAgent) }),
  };
};
