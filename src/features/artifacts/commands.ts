import { Command } from '@nestjs/cqrs';
import type { ArtifactFacts, ArtifactKind } from '../../domain/artifact/artifact.events.js';
import type { CommandContext } from '../../event-store/command-context.js';
import type { ArtifactView } from './artifact.view.js';

export interface RecordedArtifact {
  readonly artifact: ArtifactView;
  readonly created: boolean;
}

/** Whole replacement. Refused with `unknown-workspace`, `unknown-model-group`. */
export class RecordArtifact extends Command<RecordedArtifact> {
  constructor(
    readonly kind: ArtifactKind,
    readonly artifactId: string,
    readonly facts: ArtifactFacts,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Refused with `artifact-not-found`. */
export class WithdrawArtifact extends Command<{ readonly revision: bigint; readonly position: bigint }> {
  constructor(
    readonly kind: ArtifactKind,
    readonly artifactId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}
