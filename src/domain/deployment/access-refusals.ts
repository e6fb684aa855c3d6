import type { Caller } from '../shared/caller.js';
import { DomainError } from '../shared/domain-error.js';
import {
  mayRegister,
  mayReportStatus,
  type AccessRule,
  type DenyReason,
  type GovernedDeployment,
} from './access.js';

const text = (
  reason: DenyReason,
  { credentialType }: Caller,
  { status, allowedRoles }: GovernedDeployment,
): string => {
  switch (reason) {
    case 'credential_type_not_accepted':
      return 'A pre-shared key is required';
    case 'deployment_not_found':
      return 'Deployment not found';
    case 'not_online':
      return 'Deployment is not online';
    case 'deployment_not_active':
      return `Deployment is not active but ${status}`;
    case 'no_roles_configured':
      return credentialType === 'user_psk'
        ? 'No roles are configured: only the platform PSK is accepted'
        : 'No roles are configured: owner or administrator required';
    case 'role_missing':
      return `Role required: ${(allowedRoles ?? []).join(', ')}`;
  }
};

/** @throws DomainError `forbidden`, its code the reason with dashes */
export const requireAccess = (rule: AccessRule, caller: Caller, deployment: GovernedDeployment): void => {
  const decision = rule(caller, deployment);
  if (decision.allowed) return;
  const { reason } = decision;
  throw new DomainError('forbidden', reason.replaceAll('_', '-'), text(reason, caller, deployment), {
    reason,
  });
};

/** @throws DomainError `forbidden`, `owner-is-not-the-caller` */
export const requireMayRegister = (
  caller: Caller,
  owner: Pick<GovernedDeployment, 'owner' | 'ownerId'>,
): void => {
  if (mayRegister(caller, owner)) return;
  throw new DomainError(
    'forbidden',
    'owner-is-not-the-caller',
    'Owner must be the caller: only the platform and administrators may name somebody else',
  );
};

/** @throws DomainError `forbidden`, `platform-required` */
export const requireMayReportStatus = (caller: Caller): void => {
  if (mayReportStatus(caller)) return;
  throw new DomainError('forbidden', 'platform-required', 'Platform PSK or administrator required');
};
