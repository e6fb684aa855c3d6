import { Injectable } from '@nestjs/common';
import { artifactDecider } from '../../domain/artifact/artifact.decider.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { Clock } from '../../platform/clock/clock.js';
import { ProcessManagers, systemContext, type Task, type ToDoList } from '../process-managers/index.js';
import { WorkspaceLinks, type UnsettledArtifact } from '../workspaces/index.js';
import { isSameLink, linkOf } from './artifact-places.js';
import { artifactStream } from './streams.js';

/** As long as this the request that changed the artifact is left to tell the workspaces itself. */
const PATIENCE_MS = 2_000;

/**
 * Tells workspaces which models and pipelines belong to them, or no more, where whoever registered, moved or withdrew one
 * did not get so far.
 */
@Injectable()
export class SettleWorkspaceLinks implements ToDoList {
  readonly name = 'settle-workspace-links';
  readonly projections: readonly string[];

  constructor(
    managers: ProcessManagers,
    private readonly links: WorkspaceLinks,
    private readonly runner: DeciderRunner,
    private readonly clock: Clock,
  ) {
    this.projections = [links.projection];
    managers.add(this);
  }

  due(now: Date): readonly Task[] {
    return this.links
      .unsettled()
      .filter(({ since }) => dueAt(since) <= now.getTime())
      .map((artifact) => ({
        key: `${artifact.kind} ${artifact.artifactId}`,
        run: () => this.settle(artifact),
      }));
  }

  nextDue(now: Date): Date | null {
    const next = this.links.unsettled().find(({ since }) => dueAt(since) > now.getTime());
    return next === undefined ? null : new Date(dueAt(next.since));
  }

  /** By what the artifact says in the log now. */
  private async settle({ kind, artifactId, links, cause }: UnsettledArtifact): Promise<void> {
    const { state } = await this.runner.load(artifactDecider, artifactStream(kind, artifactId));
    const wanted = linkOf(artifactId, state);
    const context = systemContext(this.name, this.clock.now(), cause);
    for (const link of links) {
      if (wanted === null || !isSameLink(link, wanted)) await this.links.unlink(kind, link, context);
    }
    if (wanted !== null) await this.links.link(kind, wanted, context);
  }
}

const dueAt = (since: string): number => Date.parse(since) + PATIENCE_MS;
