import { Command } from '@nestjs/cqrs';
import type { ArtifactFacts, ArtifactKind } from '../../domain/artifact/artifact.events.js';
import type { Caller } from '../../domain/shared/caller.js';
import type { CommandContext } from '../../event-store/command-context.js';
import type { ArtifactView } from './artifact.view.js';

export interface RecordedArtifact {
  readonly artifact: ArtifactView;
  readonly created: boolean;
  /** Where the last event stands that this took, be it the artifact's or its workspace's. */
  readonly position: bigint;
}

/** Whole replacement. Refused with `admin-required`, `unknown-workspace`, `workspace-archived`, `unknown-model-group`. */
export class RecordArtifact extends Command<RecordedArtifact> {
  constructor(
    readonly kind: ArtifactKind,
    readonly artifactId: string,
    readonly facts: ArtifactFacts,
    readonly caller: Caller,
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
