import type { DomainEvent } from '../shared/decider.js';

export const ARTIFACT_KINDS = ['model', 'modelPackage', 'pipeline', 'secondaryDatasetsConfig'] as const;
export type ArtifactKind = (typeof ARTIFACT_KINDS)[number];

/** What the owner of an artifact says of it. */
export interface ArtifactFacts {
  readonly name: string;
  readonly version: string | null;
  readonly workspaceId: number | null;
  readonly modelGroupId: string | null;
}

interface ArtifactNames {
  readonly kind: ArtifactKind;
  readonly artifactId: string;
}

/** `number` counts models and pipelines, each from 1; `null` for the other kinds. */
export type ArtifactRegistered = DomainEvent<
  'ArtifactRegistered',
  ArtifactNames & ArtifactFacts & { readonly number: number | null }
>;

export type ArtifactChanged = DomainEvent<
  'ArtifactChanged',
  ArtifactNames & { readonly before: ArtifactFacts; readonly after: ArtifactFacts }
>;

export type ArtifactWithdrawn = DomainEvent<'ArtifactWithdrawn', ArtifactNames & { readonly name: string }>;

/** Stream `artifact-<kind>-<id>`. */
export type ArtifactEvent = ArtifactRegistered | ArtifactChanged | ArtifactWithdrawn;

/** Stream `artifactNumber-<kind>`: one event per number given out, so that none is given twice. */
export type ArtifactNumberDrawn = DomainEvent<
  'ArtifactNumberDrawn',
  ArtifactNames & { readonly number: number }
>;

export const artifactEventVersions = {
  ArtifactRegistered: 1,
  ArtifactChanged: 1,
  ArtifactWithdrawn: 1,
  ArtifactNumberDrawn: 1,
} as const satisfies Record<(ArtifactEvent | ArtifactNumberDrawn)['type'], number>;
