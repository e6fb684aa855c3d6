import { Injectable } from '@nestjs/common';
import { workspaceNumberDecider } from '../../domain/workspace/workspace-number.decider.js';
import { workspaceDecider, type WorkspaceCommand } from '../../domain/workspace/workspace.decider.js';
import type { WorkspaceState } from '../../domain/workspace/workspace.state.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner, type Decided } from '../../event-store/decider-runner.js';
import { WORKSPACE_NUMBERS, workspaceStream } from './streams.js';
import { untilSettled } from './until-settled.js';

/** What a request demands of the workspace it changes says nothing about other streams. */
export const withoutMatch = (context: CommandContext): CommandContext => {
  const { ifMatch: _, ...others } = context;
  return others;
};

/** Carries commands to a workspace's stream. */
@Injectable()
export class WorkspaceWriter {
  constructor(private readonly runner: DeciderRunner) {}

  /** As it is in the log now. */
  async load(workspaceId: number): Promise<WorkspaceState> {
    return (await this.loadWithRevision(workspaceId)).state;
  }

  loadWithRevision(workspaceId: number): Promise<Pick<Decided<WorkspaceState>, 'state' | 'revision'>> {
    return this.runner.load(workspaceDecider, workspaceStream(workspaceId));
  }

  /** `authorize` refuses the caller; asked again on every attempt, against the state that is then decided on. */
  write(
    workspaceId: number,
    command: WorkspaceCommand,
    context: CommandContext,
    authorize?: (state: WorkspaceState) => void,
  ): Promise<Decided<WorkspaceState>> {
    const stream = workspaceStream(workspaceId);
    const options = authorize === undefined ? {} : { authorize };
    return untilSettled(() => this.runner.run(workspaceDecider, stream, command, context, options));
  }

  /** A number that no workspace ever had or will have. */
  async drawNumber(context: CommandContext): Promise<number> {
    const { state } = await untilSettled(() =>
      this.runner.run(
        workspaceNumberDecider,
        WORKSPACE_NUMBERS,
        { type: 'DrawWorkspaceNumber' },
        withoutMatch(context),
      ),
    );
    return state.drawn;
  }
}
