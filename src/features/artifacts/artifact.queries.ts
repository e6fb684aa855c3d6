import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { artifactNotFound } from '../../domain/artifact/artifact.decider.js';
import { ReadModels } from '../../projections/projection.js';
import { ArtifactDirectory } from './artifact-directory.js';
import { rowToView, type ArtifactRow, type ArtifactView } from './artifact.view.js';
import { artifactsProjection } from './artifacts.projection.js';
import { GetArtifact, ListArtifacts, type ArtifactPage } from './queries.js';

@QueryHandler(GetArtifact)
export class GetArtifactHandler implements IQueryHandler<GetArtifact> {
  constructor(private readonly artifacts: ArtifactDirectory) {}

  async execute({ kind, artifactId }: GetArtifact): Promise<ArtifactView> {
    const found = this.artifacts.find(kind, artifactId);
    if (found === undefined) throw artifactNotFound({ kind, artifactId });
    return found;
  }
}

@QueryHandler(ListArtifacts)
export class ListArtifactsHandler implements IQueryHandler<ListArtifacts> {
  constructor(private readonly readModels: ReadModels) {}

  async execute({ kind, page: { limit, from } }: ListArtifacts): Promise<ArtifactPage> {
    const upTo = from?.upTo ?? this.readModels.positionOf(artifactsProjection.name);
    const rows = this.readModels.all<ArtifactRow>(
      `SELECT * FROM artifacts WHERE kind = ? AND registered_at_position > ? AND registered_at_position <= ?
       ORDER BY registered_at_position LIMIT ?`,
      kind,
      Number(from?.after ?? -1n),
      Number(upTo),
      limit + 1,
    );
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const next = rows.length > limit && last ? { after: BigInt(last.registered_at_position), upTo } : null;
    return { items: shown.map(rowToView), next };
  }
}
