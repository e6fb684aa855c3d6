export { IMPORTANCES, type Importance } from '../../../domain/shared/importance.js';

/** The words of the vocabulary, in the spelling in which they are answered. */
export const WATCHED_PARTS = [
  'deployment',
  'deploymentModel',
  'deploymentConfig',
  'deploymentStatus',
  'deploymentMonitoringData',
] as const;
export const INTENDED_ACTIONS = ['create', 'update', 'delete'] as const;
export const CONDITIONS = ['equals'] as const;
export const AUTOMATIC_ACTIONS = ['cancel', 'approve'] as const;
export const ENTITY_TYPES = ['deployment'] as const;
export const CHANGE_ACTIONS = [
  'approve',
  'changeStatus',
  'changeImportance',
  'cleanupStats',
  'delete',
  'replaceModel',
  'replaceModelPackage',
  'updateSecondaryDatasetConfigs',
  'replaceRoles',
] as const;
export const REQUEST_STATUSES = ['pending', 'approved', 'changesRequested', 'resolved', 'cancelled'] as const;
export const SETTABLE_STATUSES = ['cancelled', 'resolving'] as const;
export const REVIEW_STATUSES = ['approved', 'changesRequested', 'commented'] as const;

// These are taken as printed only.
export const APPROVAL_STATUSES = ['APPROVED', 'PENDING'] as const;
export const DEPLOYMENT_STATUSES = ['active', 'inactive'] as const;
export const DATA_TYPES = ['monitoring'] as const;
export const REPLACEMENT_REASONS = [
  'accuracy',
  'data_drift',
  'errors',
  'scheduled_refresh',
  'scoring_speed',
  'deprecation',
  'other',
] as const;

export type DeploymentStatus = (typeof DEPLOYMENT_STATUSES)[number];
export type ReplacementReason = (typeof REPLACEMENT_REASONS)[number];
export type ChangeAction = (typeof CHANGE_ACTIONS)[number];
