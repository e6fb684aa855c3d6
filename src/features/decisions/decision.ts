import type { AllowReason, DenyReason } from '../../domain/deployment/access.js';
import type { DeploymentStatus, DeploymentType } from '../../domain/deployment/deployment.events.js';
import type { CredentialType } from '../../domain/shared/caller.js';
import type { CredentialFailure } from '../../platform/auth/authenticator.js';
import type { DenyingGroup } from '../model-groups/index.js';

export const ACTIONS = ['invoke', 'manage'] as const;
export type Action = (typeof ACTIONS)[number];

/** Stable words: proxies, dashboards and people's alerts know them. `bad_path`: the path can't be compared safely. */
export type Reason = AllowReason | DenyReason | CredentialFailure | 'bad_path' | 'model_group_denied';

/** Which deployment a question is about: as its users name it, or by its id. */
export type DeploymentReference =
  { readonly model: string; readonly deployment: string } | { readonly deploymentId: string };

export interface Question {
  readonly action: Action;
  readonly resource: DeploymentReference;
}

/** About whom, when it isn't the caller himself. */
export type Subject =
  | { readonly type: 'credential'; readonly value: string }
  /** The person, with the credential that serves him best: a key to invoke, a token to manage. */
  | { readonly type: 'user'; readonly id: string };

/** Where a credential that a service asks about was presented to it. */
export interface Presented {
  /** The client's address, when the service told it. */
  readonly ip: string | undefined;
  /** The service's own. */
  readonly via: string;
}

export interface DecidedSubject {
  readonly kind: CredentialType | 'user';
  /** `null` only for the platform key. */
  readonly userId: string | null;
  readonly username: string | null;
  readonly pskId: string | null;
}

export interface DecidedResource {
  readonly deploymentId: string;
  readonly status: DeploymentStatus;
  readonly type: DeploymentType;
  readonly revision: bigint;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: Reason;
  /** Those of the deployment's roles that the subject holds, when they decided. */
  readonly matchedRoles: readonly string[];
  /** `null`: the credential identifies nobody. */
  readonly subject: DecidedSubject | null;
  /** `null`: there is no such deployment, or the question didn't get that far. */
  readonly resource: DecidedResource | null;
  /** The group of the deployment's model that is in the way, in a denial for `model_group_denied`; else `null`. */
  readonly modelGroup: DenyingGroup | null;
  readonly decisionId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly evaluatedAt: string;
  /** How long whoever asked may go on acting on it. */
  readonly cacheTtlSeconds: number;
}

/** An allowed call may go on that long after its right was taken away, wherever the answer is kept; a denial never. */
export const ALLOW_TTL_SECONDS = 5;
