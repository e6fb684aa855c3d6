import type { QueryBus } from '@nestjs/cqrs';
import { ListTriggers } from '../../features/approval-policies/index.js';
import type { Principal } from '../../platform/auth/principal.js';

/**
 * Asks for something that every approval admin may see, where there is no policy yet to ask for.
 * @throws DomainError `approval-admin-required`
 */
export const requireApprovalAdmin = async (queries: QueryBus, caller: Principal): Promise<void> => {
  await queries.execute(new ListTriggers(caller));
};
