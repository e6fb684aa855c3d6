import type { Decider } from '../shared/decider.js';
import { DomainError } from '../shared/domain-error.js';
import type { ArtifactEvent, ArtifactFacts, ArtifactKind } from './artifact.events.js';

interface Addressed {
  readonly kind: ArtifactKind;
  readonly artifactId: string;
}

export type ArtifactCommand =
  /** `number` is used only when the artifact is new; `null` for kinds that are not counted. */
  | (Addressed & {
      readonly type: 'RecordArtifact';
      readonly facts: ArtifactFacts;
      readonly number: number | null;
    })
  | (Addressed & { readonly type: 'WithdrawArtifact' });

export interface RegisteredArtifact extends ArtifactFacts {
  readonly number: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** `null` while there is none, before its registration and after its withdrawal. */
export type Artifact = RegisteredArtifact | null;

export const artifactNotFound = ({ kind, artifactId }: Addressed): DomainError =>
  new DomainError('not-found', 'artifact-not-found', `There is no ${kind} '${artifactId}'`);

const factsOf = ({ name, version, workspaceId, modelGroupId }: ArtifactFacts): ArtifactFacts => ({
  name,
  version,
  workspaceId,
  modelGroupId,
});

const sameFacts = (a: ArtifactFacts, b: ArtifactFacts): boolean =>
  a.name === b.name &&
  a.version === b.version &&
  a.workspaceId === b.workspaceId &&
  a.modelGroupId === b.modelGroupId;

export const artifactDecider: Decider<Artifact, ArtifactCommand, ArtifactEvent> = {
  name: 'artifact',
  initialState: null,

  decide(command, artifact) {
    const { kind, artifactId } = command;
    switch (command.type) {
      case 'RecordArtifact': {
        const { facts, number } = command;
        if (artifact === null)
          return [{ type: 'ArtifactRegistered', data: { kind, artifactId, ...facts, number } }];
        if (sameFacts(artifact, facts)) return [];
        return [
          {
            type: 'ArtifactChanged',
            data: { kind, artifactId, before: factsOf(artifact), after: facts },
          },
        ];
      }
      case 'WithdrawArtifact':
        if (artifact === null) throw artifactNotFound(command);
        return [{ type: 'ArtifactWithdrawn', data: { kind, artifactId, name: artifact.name } }];
    }
  },

  evolve(artifact, event) {
    switch (event.type) {
      case 'ArtifactRegistered':
        return {
          ...factsOf(event.data),
          number: event.data.number,
          createdAt: event.occurredAt,
          updatedAt: event.occurredAt,
        };
      case 'ArtifactChanged':
        return artifact && { ...artifact, ...event.data.after, updatedAt: event.occurredAt };
      case 'ArtifactWithdrawn':
        return null;
    }
  },
};
