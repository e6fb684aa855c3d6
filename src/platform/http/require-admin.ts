import type { Principal } from '../auth/principal.js';
import { HttpProblem } from './problem.js';

/**
 * Lets the platform and governance administrators pass.
 * @throws HttpProblem 403
 */
export const requireAdmin = ({ isAdmin, credentialType }: Principal): void => {
  if (isAdmin || credentialType === 'platform_psk') return;
  throw new HttpProblem(403, 'admin-required', 'The platform PSK or a governance administrator is required');
};
