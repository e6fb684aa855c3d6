import type { Intent } from '../approval-policy/approval-policy.events.js';
import { canonicalJson } from '../shared/canonical-json.js';
import type { Importance } from '../shared/importance.js';

export type ReplacementReason =
  'accuracy' | 'data_drift' | 'errors' | 'scheduled_refresh' | 'scoring_speed' | 'deprecation' | 'other';

/** Monitoring data of one model or of all, over a span of time; `null`: all models, from the beginning, to the end. */
export interface MonitoringSpan {
  readonly dataType: 'monitoring';
  /** RFC 3339. */
  readonly start: string | null;
  readonly end: string | null;
  readonly modelId: string | null;
}

export type Change =
  | { readonly action: 'approve'; readonly approvalStatus: 'APPROVED' }
  | { readonly action: 'changeStatus'; readonly status: 'active' | 'inactive' }
  | { readonly action: 'changeImportance'; readonly importance: Importance }
  | ({ readonly action: 'cleanupStats' } & MonitoringSpan)
  | {
      readonly action: 'delete';
      readonly defaultDeploymentId: string | null;
      /** `null`: not said. */
      readonly ignoreManagementAgent: boolean | null;
    }
  | {
      readonly action: 'replaceModel';
      readonly modelId: string;
      readonly replacementReason: ReplacementReason;
    }
  | {
      readonly action: 'replaceModelPackage';
      readonly modelPackageId: string;
      readonly replacementReason: ReplacementReason;
    }
  | { readonly action: 'updateSecondaryDatasetConfigs'; readonly secondaryDatasetsConfigId: string }
  | { readonly action: 'replaceRoles'; readonly allowedRoles: readonly string[] };

export type ChangeAction = Change['action'];
export type ChangeOf<Action extends ChangeAction> = Extract<Change, { action: Action }>;

/** What a policy must watch to gate a kind of change. */
export const INTENT_OF: Readonly<Record<ChangeAction, Intent>> = {
  approve: { entityType: 'deployment', action: 'create' },
  changeStatus: { entityType: 'deploymentStatus', action: 'update' },
  changeImportance: { entityType: 'deployment', action: 'update' },
  cleanupStats: { entityType: 'deploymentMonitoringData', action: 'delete' },
  delete: { entityType: 'deployment', action: 'delete' },
  replaceModel: { entityType: 'deploymentModel', action: 'update' },
  replaceModelPackage: { entityType: 'deploymentModel', action: 'update' },
  updateSecondaryDatasetConfigs: { entityType: 'deploymentConfig', action: 'update' },
  replaceRoles: { entityType: 'deploymentConfig', action: 'update' },
};

export const CHANGE_ACTIONS = Object.keys(INTENT_OF) as readonly ChangeAction[];

/** Whether two changes say the same, whatever the order of their fields. */
export const sameChange = (left: Change, right: Change): boolean =>
  canonicalJson(left) === canonicalJson(right);
