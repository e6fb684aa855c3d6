import { Injectable } from '@nestjs/common';
import type { Artifact } from '../../domain/artifact/artifact.decider.js';
import type { ArtifactFacts, ArtifactKind } from '../../domain/artifact/artifact.events.js';
import type { Caller } from '../../domain/shared/caller.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { RaceLost } from '../../event-store/decider-runner.js';
import { WorkspaceLinks, type WorkspaceLink } from '../workspaces/index.js';

export const isLinkable = (kind: ArtifactKind): kind is 'model' | 'pipeline' =>
  kind === 'model' || kind === 'pipeline';

/** Where an artifact says that it belongs; `null`: nowhere. */
export const linkOf = (artifactId: string, artifact: Artifact): WorkspaceLink | null => {
  if (artifact === null || artifact.workspaceId === null || artifact.number === null) return null;
  const { workspaceId, number, name } = artifact;
  return { workspaceId, artifact: { artifactId, number, name } };
};

export const isSameLink = (a: WorkspaceLink, b: WorkspaceLink): boolean =>
  a.workspaceId === b.workspaceId && a.artifact.number === b.artifact.number;

const adminRequired = (): DomainError =>
  new DomainError(
    'forbidden',
    'admin-required',
    'The platform PSK or a governance administrator is required, or a member of the workspace for its models and pipelines',
  );

/** The workspaces that artifacts belong to. */
@Injectable()
export class ArtifactPlaces {
  constructor(private readonly links: WorkspaceLinks) {}

  /**
   * Who neither governs nor has the platform's key may still attach a model or a pipeline to a workspace that he is in,
   * new or taken from another one that he is in, and change it there. What comes back is asked again of the state that is
   * decided on: the artifact must not have been moved meanwhile.
   * @throws DomainError `admin-required`
   */
  async requireMayRecord(
    caller: Caller,
    kind: ArtifactKind,
    { workspaceId, modelGroupId }: ArtifactFacts,
    present: Artifact,
  ): Promise<(state: Artifact) => void> {
    if (caller.isAdmin || caller.kind === 'platform') return () => {};
    const places = present === null ? [workspaceId] : [workspaceId, present.workspaceId];
    if (!isLinkable(kind) || modelGroupId !== (present?.modelGroupId ?? null)) throw adminRequired();
    for (const place of new Set(places)) {
      if (place === null || !(await this.links.mayAttach(place, caller))) throw adminRequired();
    }
    return (state) => {
      if ((state?.workspaceId ?? null) !== (present?.workspaceId ?? null))
        throw new RaceLost('the artifact was moved to another workspace meanwhile');
    };
  }

  /**
   * An artifact that is in a workspace already may stay there, also when that has been archived.
   * @throws DomainError `unknown-workspace`, `workspace-archived`
   */
  async requireOpen({ workspaceId }: ArtifactFacts, present: Artifact): Promise<void> {
    if (workspaceId !== null && workspaceId !== present?.workspaceId)
      await this.links.requireOpen(workspaceId);
  }

  /**
   * Tells the workspaces what has become of an artifact. Should it be cut short, what is left is done by
   * {@link SettleWorkspaceLinks}. Position of the last event that it took; `null`: nothing was left to tell.
   */
  async tell(
    kind: ArtifactKind,
    artifactId: string,
    before: Artifact,
    after: Artifact,
    context: CommandContext,
  ): Promise<bigint | null> {
    if (!isLinkable(kind)) return null;
    const old = linkOf(artifactId, before);
    const wanted = linkOf(artifactId, after);
    let position: bigint | null = null;
    if (old !== null && (wanted === null || !isSameLink(old, wanted)))
      position = await this.links.unlink(kind, old, context);
    if (wanted !== null) position = (await this.links.link(kind, wanted, context)) ?? position;
    return position;
  }
}
