import type { DeploymentEvent } from './deployment.events.js';
import type { DeploymentState } from './deployment.state.js';
import { requireChangeable } from './refusals.js';

export interface ReplaceRoles {
  readonly type: 'ReplaceRoles';
  readonly deploymentId: string;
  readonly roles: readonly string[];
  /** Those of `roles` that the directory does not know. */
  readonly unknownRoles: readonly string[];
}

/** Without repeats; the first of equal names stays where it is. */
export const distinctRoles = (roles: readonly string[]): readonly string[] => [...new Set(roles)];

const sameList = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((role, index) => role === right[index]);

export const replaceRoles = (command: ReplaceRoles, state: DeploymentState): readonly DeploymentEvent[] => {
  const { deploymentId, model, name, allowedRoles: before } = requireChangeable(state, command.deploymentId);
  const after = distinctRoles(command.roles);
  if (before !== null && sameList(before, after)) return [];
  const unknownRoles = distinctRoles(command.unknownRoles);
  return [
    {
      type: 'RolesReplaced',
      data: {
        deploymentId,
        model,
        name,
        before,
        after,
        added: after.filter((role) => before === null || !before.includes(role)),
        removed: (before ?? []).filter((role) => !after.includes(role)),
        ...(unknownRoles.length === 0 ? {} : { unknownRoles }),
      },
    },
  ];
};
