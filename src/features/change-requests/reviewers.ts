import { Inject, Injectable } from '@nestjs/common';
import type { ChangeRequest } from '../../domain/change-request/change-request.state.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { GroupDirectory } from '../directory/index.js';

type Reviewed = Pick<ChangeRequest, 'requirement' | 'requesterId'>;

/** Who may review, by the directory as it is now. */
@Injectable()
export class Reviewers {
  constructor(
    private readonly groups: GroupDirectory,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Members of the required groups, or where none is required approval admins; without the requester; ids, sorted. */
  of({ requirement, requesterId }: Reviewed): readonly string[] {
    const eligible =
      requirement.groups.length === 0
        ? this.groups.holdersOf(this.config.approvalAdminRoles)
        : requirement.groups.flatMap(({ groupId }) => this.groups.membersOf(groupId));
    return [...new Set(eligible)].filter((userId) => userId !== requesterId).sort();
  }

  /** Those of them who have given no verdict on the current version. */
  toRemind(request: Reviewed & Pick<ChangeRequest, 'verdicts'>): readonly string[] {
    const decided = new Set(request.verdicts.map(({ reviewerId }) => reviewerId));
    return this.of(request).filter((userId) => !decided.has(userId));
  }

  /** Required groups of which nobody can be asked. */
  unsatisfiable({ requirement, requesterId }: Reviewed): readonly { groupId: string; name: string | null }[] {
    return requirement.groups
      .filter(({ groupId }) => this.groups.membersOf(groupId).every((userId) => userId === requesterId))
      .map(({ groupId, name }) => ({ groupId, name: this.groups.find(groupId)?.name ?? name }));
  }
}
