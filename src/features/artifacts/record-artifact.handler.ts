import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { artifactNumberDecider } from '../../domain/artifact/artifact-number.decider.js';
import { artifactDecider, type Artifact } from '../../domain/artifact/artifact.decider.js';
import type { ArtifactKind } from '../../domain/artifact/artifact.events.js';
import type { CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner, PreconditionFailed } from '../../event-store/decider-runner.js';
import { GroupModels } from '../model-groups/index.js';
import { ArtifactPlaces } from './artifact-places.js';
import { artifactView } from './artifact.view.js';
import { RecordArtifact, type RecordedArtifact } from './commands.js';
import { artifactNumberStream, artifactStream } from './streams.js';

const COUNTED: ReadonlySet<ArtifactKind> = new Set(['model', 'pipeline']);

/**
 * A number is drawn before the artifact is registered, in an append of its own. What stops between the two leaves a gap;
 * a repeat with the same idempotency key finds the number that it drew.
 */
@CommandHandler(RecordArtifact)
export class RecordArtifactHandler implements ICommandHandler<RecordArtifact> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly places: ArtifactPlaces,
    private readonly groups: GroupModels,
  ) {}

  async execute(command: RecordArtifact): Promise<RecordedArtifact> {
    const { kind, artifactId, facts, caller } = command;
    const { state: present } = await this.runner.load(artifactDecider, artifactStream(kind, artifactId));
    const requireStill = await this.places.requireMayRecord(caller, kind, facts, present);
    if (present === null) this.groups.requireMayTakeUp(caller, kind, artifactId);
    await this.places.requireOpen(facts, present);
    return this.groups.joining(facts.modelGroupId, () => this.record(command, present, requireStill));
  }

  private async record(
    { kind, artifactId, facts, context }: RecordArtifact,
    present: Artifact,
    requireStill: (state: Artifact) => void,
  ): Promise<RecordedArtifact> {
    const stream = artifactStream(kind, artifactId);
    if (present === null && context.ifMatch !== undefined) throw new PreconditionFailed(-1n);
    const number = present === null && COUNTED.has(kind) ? await this.draw(kind, artifactId, context) : null;

    let before: Artifact | undefined;
    const decided = await this.runner.run(
      artifactDecider,
      stream,
      { type: 'RecordArtifact', kind, artifactId, facts, number },
      context,
      {
        authorize: (state) => {
          requireStill(state);
          before = state;
        },
      },
    );
    if (decided.state === null) throw new Error(`${stream} was recorded but is not registered`);
    // Unknown before: this request was carried out earlier, and is only being answered again.
    const created = before === undefined ? decided.revision === 0n : before === null;
    const told = await this.places.tell(kind, artifactId, before ?? null, decided.state, context);
    const artifact = artifactView(kind, artifactId, decided.state, decided);
    return { artifact, created, position: told ?? artifact.position };
  }

  private async draw(kind: ArtifactKind, artifactId: string, context: CommandContext): Promise<number> {
    const command = { type: 'DrawArtifactNumber', kind, artifactId } as const;
    const { state } = await this.runner.run(
      artifactNumberDecider,
      artifactNumberStream(kind),
      command,
      context,
    );
    return state.drawn;
  }
}
