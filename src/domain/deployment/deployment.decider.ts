import type { Decider } from '../shared/decider.js';
import {
  applyChange,
  changeDirectly,
  describeDeployment,
  type ApplyChange,
  type ChangeDirectly,
  type DescribeDeployment,
} from './apply-change.js';
import type { DeploymentEvent } from './deployment.events.js';
import { evolve } from './deployment.evolve.js';
import { initialState, type DeploymentState } from './deployment.state.js';
import {
  archive,
  start,
  stop,
  type ArchiveDeployment,
  type StartDeployment,
  type StopDeployment,
} from './lifecycle.js';
import {
  abandonRegistration,
  register,
  type AbandonRegistration,
  type RegisterDeployment,
} from './registration.js';
import { replaceRoles, type ReplaceRoles } from './replace-roles.js';
import { reportRun, type ReportRun } from './report-run.js';
import { reportStatus, type ReportStatus } from './report-status.js';

export type DeploymentCommand =
  | RegisterDeployment
  | AbandonRegistration
  | ReplaceRoles
  | StartDeployment
  | StopDeployment
  | ArchiveDeployment
  | ReportStatus
  | ReportRun
  | ApplyChange
  | ChangeDirectly
  | DescribeDeployment;

const decide = (command: DeploymentCommand, state: DeploymentState): readonly DeploymentEvent[] => {
  switch (command.type) {
    case 'RegisterDeployment':
      return register(command, state);
    case 'AbandonRegistration':
      return abandonRegistration(command, state);
    case 'ReplaceRoles':
      return replaceRoles(command, state);
    case 'StartDeployment':
      return start(command, state);
    case 'StopDeployment':
      return stop(command, state);
    case 'ArchiveDeployment':
      return archive(command, state);
    case 'ReportStatus':
      return reportStatus(command, state);
    case 'ReportRun':
      return reportRun(command, state);
    case 'ApplyChange':
      return applyChange(command, state);
    case 'ChangeDirectly':
      return changeDirectly(command, state);
    case 'DescribeDeployment':
      return describeDeployment(command, state);
  }
};

/** Stream `deployment-<deploymentId>`. Who may do it is asked before, by the rules of `access.ts`. */
export const deploymentDecider: Decider<DeploymentState, DeploymentCommand, DeploymentEvent> = {
  name: 'deployment',
  initialState,
  decide,
  evolve,
};
