import { object, oneOf, orNull, text, whole } from '../shared/schema.js';
import { ARTIFACT_KINDS } from './artifact.events.js';

const names = { kind: oneOf(...ARTIFACT_KINDS), artifactId: text };
const facts = {
  name: text,
  version: orNull(text),
  workspaceId: orNull(whole(0)),
  modelGroupId: orNull(text),
};

/** Of each event type the schema of its data in every version, the first one first. */
export const artifactEventSchemas = {
  ArtifactRegistered: [object({ ...names, ...facts, number: orNull(whole(1)) })],
  ArtifactChanged: [object({ ...names, before: object(facts), after: object(facts) })],
  ArtifactWithdrawn: [object({ ...names, name: text })],
  ArtifactNumberDrawn: [object({ ...names, number: whole(1) })],
} as const;
