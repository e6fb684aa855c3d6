export * from './commands.js';
export * from './queries.js';
export { ArtifactDirectory } from './artifact-directory.js';
export type { ArtifactView } from './artifact.view.js';
export {
  ARTIFACT_KINDS,
  type ArtifactFacts,
  type ArtifactKind,
} from '../../domain/artifact/artifact.events.js';
export { artifactsProjection } from './artifacts.projection.js';
export { ArtifactsModule } from './artifacts.module.js';
