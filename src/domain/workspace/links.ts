import { requireWorkspace } from './refusals.js';
import type { LinkedArtifact, WorkspaceEvent } from './workspace.events.js';
import type { WorkspaceState } from './workspace.state.js';

/** What a workspace lists; other kinds of artifacts have no number. */
export type LinkableKind = 'model' | 'pipeline';

interface Link {
  readonly workspaceId: number;
  readonly kind: LinkableKind;
  readonly artifact: LinkedArtifact;
}

/**
 * The artifact was registered for this workspace, or is no more. Said after the fact, so nothing is refused any more, not
 * even when the workspace has been archived meanwhile.
 */
export type LinkCommand =
  (Link & { readonly type: 'LinkArtifact' }) | (Link & { readonly type: 'UnlinkArtifact' });

const LINKED = { model: 'WorkspaceModelLinked', pipeline: 'WorkspacePipelineLinked' } as const;
const UNLINKED = { model: 'WorkspaceModelUnlinked', pipeline: 'WorkspacePipelineUnlinked' } as const;

export const link = (
  { type, workspaceId, kind, artifact }: LinkCommand,
  state: WorkspaceState,
): readonly WorkspaceEvent[] => {
  const workspace = requireWorkspace(state, workspaceId);
  const present = (kind === 'model' ? workspace.models : workspace.pipelines).includes(artifact.number);
  const wanted = type === 'LinkArtifact';
  if (present === wanted) return [];
  return [{ type: (wanted ? LINKED : UNLINKED)[kind], data: { workspaceId, ...artifact } }];
};
