import { streamName } from '../../domain/events.js';
import type { ArtifactKind } from '../../domain/artifact/artifact.events.js';
import { DomainError } from '../../domain/shared/domain-error.js';

const MAX_ID_LENGTH = 255;

/** Ids come from outside and become parts of stream names. */
const requireId = (id: string): string => {
  if (id === '' || id.length > MAX_ID_LENGTH || /\p{Cc}/u.test(id))
    throw new DomainError(
      'invalid',
      'bad-identifier',
      `An artifact's id has 1 to ${MAX_ID_LENGTH} characters, none of them a control character`,
    );
  return id;
};

export const artifactStream = (kind: ArtifactKind, artifactId: string): string =>
  streamName('artifact', `${kind}-${requireId(artifactId)}`);

export const artifactNumberStream = (kind: ArtifactKind): string => streamName('artifactNumber', kind);
