import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { artifactDecider, artifactNotFound } from '../../domain/artifact/artifact.decider.js';
import { DeciderRunner } from '../../event-store/decider-runner.js';
import { WithdrawArtifact } from './commands.js';
import { artifactStream } from './streams.js';

@CommandHandler(WithdrawArtifact)
export class WithdrawArtifactHandler implements ICommandHandler<WithdrawArtifact> {
  constructor(private readonly runner: DeciderRunner) {}

  async execute({ kind, artifactId, context }: WithdrawArtifact): Promise<{
    readonly revision: bigint;
    readonly position: bigint;
  }> {
    const { revision, position } = await this.runner.run(
      artifactDecider,
      artifactStream(kind, artifactId),
      { type: 'WithdrawArtifact', kind, artifactId },
      context,
      {
        authorize: (artifact) => {
          if (artifact === null) throw artifactNotFound({ kind, artifactId });
        },
      },
    );
    return { revision, position };
  }
}
