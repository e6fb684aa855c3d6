import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { artifactDecider, artifactNotFound, type Artifact } from '../../domain/artifact/artifact.decider.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { ArtifactPlaces } from './artifact-places.js';
import { WithdrawArtifact } from './commands.js';
import { artifactStream } from './streams.js';

@CommandHandler(WithdrawArtifact)
export class WithdrawArtifactHandler implements ICommandHandler<WithdrawArtifact> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly places: ArtifactPlaces,
  ) {}

  async execute({ kind, artifactId, context }: WithdrawArtifact): Promise<{
    readonly revision: bigint;
    readonly position: bigint;
  }> {
    let before: Artifact = null;
    const { revision, position } = await this.runner.run(
      artifactDecider,
      artifactStream(kind, artifactId),
      { type: 'WithdrawArtifact', kind, artifactId },
      context,
      {
        authorize: (artifact) => {
          if (artifact === null) throw artifactNotFound({ kind, artifactId });
          before = artifact;
        },
      },
    );
    const told = await this.places.tell(kind, artifactId, before, null, context);
    return { revision, position: told ?? position };
  }
}
