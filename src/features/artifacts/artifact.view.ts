import type { Artifact } from '../../domain/artifact/artifact.decider.js';
import type { ArtifactFacts, ArtifactKind } from '../../domain/artifact/artifact.events.js';

/** Times RFC 3339 UTC with milliseconds. */
export interface ArtifactView extends ArtifactFacts {
  readonly kind: ArtifactKind;
  readonly artifactId: string;
  /** Models and pipelines are counted, each kind from 1; `null` for the others. */
  readonly number: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly revision: bigint;
  /** Position of the artifact's last event. */
  readonly position: bigint;
}

/** A row of the read model `artifacts`. */
export interface ArtifactRow {
  readonly kind: ArtifactKind;
  readonly artifact_id: string;
  readonly registered_at_position: number;
  readonly name: string;
  readonly version: string | null;
  readonly workspace_id: number | null;
  readonly model_group_id: string | null;
  readonly number: number | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly revision: number;
  readonly position: number;
}

export const rowToView = (row: ArtifactRow): ArtifactView => ({
  kind: row.kind,
  artifactId: row.artifact_id,
  name: row.name,
  version: row.version,
  workspaceId: row.workspace_id,
  modelGroupId: row.model_group_id,
  number: row.number,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  revision: BigInt(row.revision),
  position: BigInt(row.position),
});

export const artifactView = (
  kind: ArtifactKind,
  artifactId: string,
  artifact: NonNullable<Artifact>,
  { revision, position }: { readonly revision: bigint; readonly position: bigint },
): ArtifactView => ({ kind, artifactId, ...artifact, revision, position });
