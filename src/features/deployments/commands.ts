import { Command } from '@nestjs/cqrs';
import type {
  DeploymentType,
  Importance,
  RunStatus,
  SourceTable,
  TableReference,
} from '../../domain/deployment/deployment.events.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { CommandContext } from '../../event-store/command-context.js';
import type { DeploymentRunView, DeploymentView } from './deployment.view.js';

export interface NewDeployment {
  readonly model: string;
  readonly name: string;
  readonly modelVersion: string | null;
  readonly modelAlias: string | null;
  readonly type: DeploymentType;
  readonly domain: string;
  readonly owner: string;
  readonly importance: Importance;
  readonly allowedRoles: readonly string[] | null;
  readonly source: SourceTable;
  readonly target: TableReference;
  readonly entityColumns: readonly string[];
  readonly schedule: string | null;
  readonly rerunBehavior: 'overwrite_partition' | 'append_dedup';
  readonly partitionColumn: string;
  readonly triggerNow: boolean;
}

/** Answers with the deployment as it stands right after this write. */
abstract class DeploymentCommand extends Command<DeploymentView> {}

export class RegisterDeployment extends DeploymentCommand {
  constructor(
    readonly deployment: NewDeployment,
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Addressed as users do: by model and name. */
abstract class NamedDeploymentCommand extends DeploymentCommand {
  constructor(
    readonly model: string,
    readonly name: string,
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

export class StartDeployment extends NamedDeploymentCommand {}
export class StopDeployment extends NamedDeploymentCommand {}
export class ArchiveDeployment extends NamedDeploymentCommand {}

/** Replaces the whole list; repeats are dropped, the first one kept. */
export class ReplaceRoles extends DeploymentCommand {
  constructor(
    readonly model: string,
    readonly name: string,
    readonly roles: readonly string[],
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** `run` is the one reported, which need not be the deployment's last. */
export interface ReportedRun extends DeploymentView {
  readonly run: DeploymentRunView;
}

/** The orchestrator's callback for a batch run, known by `airflowRunId`. */
export class ReportDeploymentRun extends Command<ReportedRun> {
  constructor(
    readonly model: string,
    readonly name: string,
    readonly report: {
      readonly airflowRunId: string;
      readonly status: RunStatus;
      readonly rowsScored: number | null;
      readonly errorMessage: string | null;
    },
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** The serving platform's report; fields left out keep what was reported before. */
export class ReportDeploymentStatus extends DeploymentCommand {
  constructor(
    readonly deploymentId: string,
    readonly report: {
      readonly status: 'deploying' | 'active' | 'failed';
      readonly serviceUrl?: string | null;
      readonly replicaCount?: number | null;
      readonly readyReplicas?: number | null;
      readonly errorMessage?: string | null;
    },
    readonly caller: Caller,
    readonly context: CommandContext,
  ) {
    super();
  }
}
