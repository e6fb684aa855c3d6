import type { Principal } from '../../platform/auth/principal.js';
import { HttpProblem } from '../../platform/http/problem.js';

/**
 * Everything here is for the platform's key and for administrators, where nothing else is said. It is asked after the
 * request was found to fit and, for what may not exist, after `find` was given the chance to say so.
 * @throws HttpProblem 403, and what `find` throws
 */
export const requireAdmin = async (caller: Principal, find?: () => Promise<unknown>): Promise<void> => {
  if (caller.kind === 'platform' || caller.isAdmin) return;
  await find?.();
  throw new HttpProblem(
    403,
    'admin-required',
    'Only the platform PSK and governance administrators may do this',
  );
};
