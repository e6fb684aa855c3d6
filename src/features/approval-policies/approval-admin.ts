import type { Caller } from '../../domain/shared/caller.js';
import { DomainError } from '../../domain/shared/domain-error.js';

/** Approval policies are managed by approval admins and with the platform's key. @throws DomainError `forbidden` */
export const requireApprovalAdmin = (caller: Caller): void => {
  if (caller.isApprovalAdmin || caller.kind === 'platform') return;
  throw new DomainError(
    'forbidden',
    'approval-admin-required',
    'Approval policy management is disabled for you: it takes an approval admin',
  );
};
