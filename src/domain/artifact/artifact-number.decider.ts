import type { Decider } from '../shared/decider.js';
import type { ArtifactKind, ArtifactNumberDrawn } from './artifact.events.js';

export interface DrawArtifactNumber {
  readonly type: 'DrawArtifactNumber';
  readonly kind: ArtifactKind;
  readonly artifactId: string;
}

export interface ArtifactNumbers {
  /** The last number given out; 0: none yet. */
  readonly drawn: number;
}

/**
 * Counts in a stream of its own, one event per number: the stream's revision makes numbers unique over replicas, and a
 * number whose artifact never came into being stays a gap.
 */
export const artifactNumberDecider: Decider<ArtifactNumbers, DrawArtifactNumber, ArtifactNumberDrawn> = {
  name: 'artifact-number',
  initialState: { drawn: 0 },
  decide: ({ kind, artifactId }, { drawn }) => [
    { type: 'ArtifactNumberDrawn', data: { kind, artifactId, number: drawn + 1 } },
  ],
  evolve: (_numbers, { data }) => ({ drawn: data.number }),
};
