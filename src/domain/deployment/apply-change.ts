import type { Change } from '../change-request/change.js';
import { diffOf, type Names } from '../change-request/diff.js';
import { nothingToChange } from '../change-request/refusals.js';
import { DomainError } from '../shared/domain-error.js';
import type { Importance } from '../shared/importance.js';
import { carryOut, presentField, type Surroundings } from './carry-out.js';
import type { Application, DeploymentDescribed, DeploymentEvent } from './deployment.events.js';
import { isRegistered, outcomeOf, type DeploymentState } from './deployment.state.js';
import { deploymentNotFound, requireChangeable } from './refusals.js';

/** Carries out an approved change, once for each try, and leaves a mark of how that ended. */
export interface ApplyChange extends Surroundings, Application {
  readonly type: 'ApplyChange';
  readonly deploymentId: string;
  readonly change: Change;
  /** Names of what the diff shows. */
  readonly names: Names;
  /** Why it can't be carried out, when what it refers to is not there. */
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

/** A change that nobody has to approve. */
export interface ChangeDirectly extends Surroundings {
  readonly type: 'ChangeDirectly';
  readonly deploymentId: string;
  readonly change: Change;
}

/** Fields left out stay. */
export interface DescribeDeployment {
  readonly type: 'DescribeDeployment';
  readonly deploymentId: string;
  readonly label?: string;
  readonly description?: string | null;
  readonly importance?: Importance;
}

export const applyChange = (command: ApplyChange, state: DeploymentState): readonly DeploymentEvent[] => {
  const { deploymentId: id, changeRequestId, attempt, change, names, refusal } = command;
  if (!isRegistered(state)) throw deploymentNotFound(id);
  const { deploymentId, model, name } = state;
  const mark = { deploymentId, model, name, changeRequestId, attempt, change };
  if (outcomeOf(state, mark) !== undefined) return [];
  const refused = ({ code, message }: NonNullable<ApplyChange['refusal']>): readonly DeploymentEvent[] => [
    { type: 'ApprovedChangeRefused', data: { ...mark, code, message } },
  ];
  if (refusal !== null) return refused(refusal);
  try {
    const events = carryOut(change, requireChangeable(state, id), command);
    const diff = diffOf(change, state, names);
    return [...events, { type: 'ApprovedChangeApplied', data: { ...mark, diff } }];
  } catch (error) {
    if (error instanceof DomainError) return refused(error);
    throw error;
  }
};

export const changeDirectly = (
  command: ChangeDirectly,
  state: DeploymentState,
): readonly DeploymentEvent[] => {
  const deployment = requireChangeable(state, command.deploymentId);
  const { change } = command;
  const field = presentField(change, deployment);
  if (field !== null) throw nothingToChange(field);
  return carryOut(change, deployment, command);
};

const firstOf = (command: DescribeDeployment): string =>
  (['importance', 'label', 'description'] as const).find((field) => command[field] !== undefined) ??
  'description';

/** @throws DomainError `conflict` when nothing would change */
export const describeDeployment = (
  command: DescribeDeployment,
  state: DeploymentState,
): readonly DeploymentEvent[] => {
  const { deploymentId: id, label, description, importance } = command;
  const deployment = requireChangeable(state, id);
  const { deploymentId, model, name } = deployment;
  const names = { deploymentId, model, name };
  const described: DeploymentDescribed['data'] = {
    ...names,
    ...(label !== undefined &&
      label !== deployment.label && { label: { before: deployment.label, after: label } }),
    ...(description !== undefined &&
      description !== deployment.description && {
        description: { before: deployment.description, after: description },
      }),
  };
  const events: DeploymentEvent[] = [];
  if ('label' in described || 'description' in described)
    events.push({ type: 'DeploymentDescribed', data: described });
  if (importance !== undefined && importance !== deployment.importance) {
    const { importance: before } = deployment;
    events.push({ type: 'DeploymentImportanceChanged', data: { ...names, before, after: importance } });
  }
  if (events.length === 0) throw nothingToChange(firstOf(command));
  return events;
};
