import { Query } from '@nestjs/cqrs';
import type { ArtifactKind } from '../../domain/artifact/artifact.events.js';
import type { ArtifactView } from './artifact.view.js';

/** Refused with `artifact-not-found`. */
export class GetArtifact extends Query<ArtifactView> {
  constructor(
    readonly kind: ArtifactKind,
    readonly artifactId: string,
  ) {
    super();
  }
}

/** Both are log positions: the last item handed out, and the end that the first page fixed. */
export interface ArtifactPageMark {
  readonly after: bigint;
  readonly upTo: bigint;
}

export interface ArtifactPage {
  readonly items: readonly ArtifactView[];
  /** `null`: that was the last page. */
  readonly next: ArtifactPageMark | null;
}

/** Artifacts of one kind in the order in which they were registered; pages neither shift nor repeat. */
export class ListArtifacts extends Query<ArtifactPage> {
  constructor(
    readonly kind: ArtifactKind,
    readonly page: { readonly limit: number; readonly from: ArtifactPageMark | null },
  ) {
    super();
  }
}
