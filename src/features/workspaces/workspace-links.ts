import { Injectable } from '@nestjs/common';
import type { Caller } from '../../domain/shared/caller.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { maySee } from '../../domain/workspace/access.js';
import type { LinkableKind } from '../../domain/workspace/links.js';
import { archived } from '../../domain/workspace/refusals.js';
import type { LinkedArtifact } from '../../domain/workspace/workspace.events.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { ReadModels } from '../../projections/projection.js';
import { WorkspaceWriter, withoutMatch } from './workspace-writer.js';
import { workspacesProjection } from './workspaces.projection.js';

export interface WorkspaceLink {
  readonly workspaceId: number;
  readonly artifact: LinkedArtifact;
}

/** A model or pipeline whose links say something else than itself, as the read model has them. */
export interface UnsettledArtifact {
  readonly kind: LinkableKind;
  readonly artifactId: string;
  readonly links: readonly WorkspaceLink[];
  readonly since: string;
  /** The event that unsettled it. */
  readonly cause: { readonly eventId: string; readonly correlationId: string };
}

interface UnsettledRow {
  readonly kind: LinkableKind;
  readonly artifact_id: string;
  readonly since: string;
  readonly event_id: string;
  readonly correlation_id: string;
  /** JSON. */
  readonly links: string;
}

/** Of those that wait, so many are looked at together. */
const MOST_AT_ONCE = 1_000;

/** Models and pipelines in workspaces, for the feature that registers them. */
@Injectable()
export class WorkspaceLinks {
  /** The read model that {@link unsettled} is read from. */
  readonly projection = workspacesProjection.name;

  constructor(
    private readonly writer: WorkspaceWriter,
    private readonly readModels: ReadModels,
  ) {}

  /**
   * Asked of the workspace's own stream: a read model may not know it yet.
   * @throws DomainError `unknown-workspace`, `workspace-archived`
   */
  async requireOpen(workspaceId: number): Promise<void> {
    const { workspace } = await this.writer.load(workspaceId);
    if (workspace === null)
      throw new DomainError('invalid', 'unknown-workspace', `There is no workspace ${workspaceId}`);
    if (workspace.archived) throw archived(workspaceId);
  }

  /** Whether the caller may attach something to it, or take something out: its members, and who governs all. */
  async mayAttach(workspaceId: number, caller: Caller): Promise<boolean> {
    const { workspace } = await this.writer.load(workspaceId);
    return workspace !== null && maySee(caller, workspace);
  }

  /** Position of the event; `null`: it was linked before. */
  link(kind: LinkableKind, link: WorkspaceLink, context: CommandContext): Promise<bigint | null> {
    return this.write('LinkArtifact', kind, link, context);
  }

  /** Position of the event; `null`: it was not linked. */
  unlink(kind: LinkableKind, link: WorkspaceLink, context: CommandContext): Promise<bigint | null> {
    return this.write('UnlinkArtifact', kind, link, context);
  }

  /** The oldest first. */
  unsettled(): readonly UnsettledArtifact[] {
    return this.readModels
      .all<UnsettledRow>(
        `SELECT u.*, (
           SELECT json_group_array(json_object('workspaceId', workspace_id, 'artifact',
             json_object('artifactId', artifact_id, 'number', number, 'name', name)))
           FROM workspace_links l WHERE l.kind = u.kind AND l.artifact_id = u.artifact_id
         ) AS links
         FROM unsettled_links u ORDER BY since LIMIT ${MOST_AT_ONCE}`,
      )
      .map((row) => ({
        kind: row.kind,
        artifactId: row.artifact_id,
        links: JSON.parse(row.links) as WorkspaceLink[],
        since: row.since,
        cause: { eventId: row.event_id, correlationId: row.correlation_id },
      }));
  }

  private async write(
    type: 'LinkArtifact' | 'UnlinkArtifact',
    kind: LinkableKind,
    { workspaceId, artifact }: WorkspaceLink,
    context: CommandContext,
  ): Promise<bigint | null> {
    const command = { type, workspaceId, kind, artifact };
    const { position, unchanged } = await this.writer.write(workspaceId, command, withoutMatch(context));
    return unchanged ? null : position;
  }
}
