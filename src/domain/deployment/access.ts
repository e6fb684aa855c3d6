import type { Caller } from '../shared/caller.js';
import type { DeploymentStatus, DeploymentType } from './deployment.events.js';

/** What of a deployment decides who may touch it. */
export interface GovernedDeployment {
  /** As sent at registration. */
  readonly owner: string;
  readonly ownerId: string | null;
  /** `null`: never configured; works like the empty list. */
  readonly allowedRoles: readonly string[] | null;
  readonly type: DeploymentType;
  readonly status: DeploymentStatus;
}

export type AllowReason = 'platform_psk' | 'role_match' | 'owner' | 'admin';
/** In the order in which they win when several apply. */
export type DenyReason =
  | 'credential_type_not_accepted'
  | 'deployment_not_found'
  | 'not_online'
  | 'deployment_not_active'
  | 'no_roles_configured'
  | 'role_missing';

export type AccessDecision =
  | { readonly allowed: true; readonly reason: AllowReason; readonly matchedRoles: readonly string[] }
  | { readonly allowed: false; readonly reason: DenyReason; readonly matchedRoles: readonly [] };

/** Whether somebody may do one kind of thing to a deployment; `undefined`: there is no such deployment. */
export type AccessRule = (caller: Caller, deployment: GovernedDeployment | undefined) => AccessDecision;

const allow = (reason: AllowReason, matchedRoles: readonly string[] = []): AccessDecision => ({
  allowed: true,
  reason,
  matchedRoles,
});

const deny = (reason: DenyReason): AccessDecision => ({ allowed: false, reason, matchedRoles: [] });

/**
 * By directory id where the owner was known at registration. Where not, `owner` as sent is compared now with the caller's
 * id, username and verified e-mail address.
 */
export const isOwner = (
  caller: Caller,
  { owner, ownerId }: Pick<GovernedDeployment, 'owner' | 'ownerId'>,
): boolean => {
  if (caller.userId === null) return false;
  if (ownerId !== null) return caller.userId === ownerId;
  if (owner === '') return false;
  return owner === caller.userId || owner === caller.username || owner.toLowerCase() === caller.verifiedEmail;
};

const byRole = ({ roles }: Caller, { allowedRoles }: GovernedDeployment): AccessDecision => {
  if (allowedRoles === null || allowedRoles.length === 0) return deny('no_roles_configured');
  const matched = allowedRoles.filter((role) => roles.includes(role));
  return matched.length === 0 ? deny('role_missing') : allow('role_match', matched);
};

/**
 * Replace its roles, start, stop, archive. A user's pre-shared key goes by the list alone, so that a locked deployment
 * can't be unlocked with one, not even by its owner or an administrator; with a token they can.
 */
export const mayManage: AccessRule = (caller, deployment) => {
  if (deployment === undefined) return deny('deployment_not_found');
  if (caller.credentialType === 'platform_psk') return allow('platform_psk');
  const decision = byRole(caller, deployment);
  if (decision.allowed || caller.credentialType === 'user_psk') return decision;
  if (isOwner(caller, deployment)) return allow('owner');
  if (caller.isAdmin) return allow('admin');
  return decision;
};

/** Call an online deployment through the proxy, which takes pre-shared keys only. */
export const mayInvoke: AccessRule = (caller, deployment) => {
  if (caller.credentialType === 'jwt') return deny('credential_type_not_accepted');
  if (deployment === undefined) return deny('deployment_not_found');
  if (deployment.type !== 'online') return deny('not_online');
  if (deployment.status !== 'active') return deny('deployment_not_active');
  return caller.credentialType === 'platform_psk' ? allow('platform_psk') : byRole(caller, deployment);
};

/** Report a batch run: the orchestrator's job, which holds a pre-shared key. */
export const mayReportRun: AccessRule = (caller, deployment) =>
  caller.credentialType === 'jwt' ? deny('credential_type_not_accepted') : mayManage(caller, deployment);

/** Anybody registers what he owns himself; the platform and administrators may name another owner. */
export const mayRegister = (caller: Caller, owner: Pick<GovernedDeployment, 'owner' | 'ownerId'>): boolean =>
  caller.credentialType === 'platform_psk' || caller.isAdmin || isOwner(caller, owner);

/** The serving platform says how a deployment is doing; an administrator may say it in its place. */
export const mayReportStatus = (caller: Caller): boolean =>
  caller.credentialType === 'platform_psk' || caller.isAdmin;

/**
 * Ask for a change, or make one that needs no approval, on the governance paths: there a user's key stands for its user
 * with all his rights.
 */
export const mayGovern: AccessRule = (caller, deployment) =>
  mayManage(caller.credentialType === 'user_psk' ? { ...caller, credentialType: 'jwt' } : caller, deployment);
