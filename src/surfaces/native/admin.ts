import type { Principal } from '../../platform/auth/principal.js';
import { requireAdmin } from '../../platform/http/require-admin.js';

/**
 * Lets the platform and governance administrators pass, and tells others that a thing does not exist (what `find`
 * throws) before it tells them that they may not.
 * @throws HttpProblem 403
 */
export const requireAdminFor = async (caller: Principal, find: () => Promise<unknown>): Promise<void> => {
  try {
    requireAdmin(caller);
  } catch (refusal) {
    await find();
    throw refusal;
  }
};
