import { Injectable } from '@nestjs/common';
import type { ArtifactKind } from '../../domain/artifact/artifact.events.js';
import { ReadModels } from '../../projections/projection.js';
import { rowToView, type ArtifactRow, type ArtifactView } from './artifact.view.js';

/** Artifacts as other features refer to them, one indexed read each. */
@Injectable()
export class ArtifactDirectory {
  constructor(private readonly readModels: ReadModels) {}

  find(kind: ArtifactKind, artifactId: string): ArtifactView | undefined {
    // SQLite may end a text at its first NUL; nothing is stored under an id that has one.
    if (artifactId.includes('\0')) return undefined;
    const row = this.readModels.get<ArtifactRow>(
      'SELECT * FROM artifacts WHERE kind = ? AND artifact_id = ?',
      kind,
      artifactId,
    );
    return row && rowToView(row);
  }
}
