import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import {
  ARTIFACT_KINDS,
  type ArtifactFacts,
  type ArtifactKind,
  type ArtifactView,
} from '../../../features/artifacts/index.js';
import { IsCount, IsText } from '../validation/rules.js';
import { IdPath } from './path.dto.js';

export class ArtifactKindPath {
  /** Which kinds there are is no rule of the path: an unknown one is a place where nothing is. */
  @IsText(255)
  kind: string;
}

export class ArtifactPath extends IdPath {
  @IsText(255)
  kind: string;
}

export const isArtifactKind = (kind: string): kind is ArtifactKind =>
  (ARTIFACT_KINDS as readonly string[]).includes(kind);

@ApiSchema({
  name: 'ArtifactEntry',
  description: 'The whole entry: what is left out goes back to its default.',
})
export class ArtifactDto {
  @IsText(255)
  @ApiProperty({ type: String, maxLength: 255, example: 'Churn' })
  name: string;

  @IsText(255, { nullable: true })
  @ApiProperty({
    type: String,
    maxLength: 255,
    nullable: true,
    required: false,
    default: null,
    example: '3',
  })
  version: string | null = null;

  @IsCount({ nullable: true })
  @ApiProperty({
    type: 'integer',
    nullable: true,
    required: false,
    default: null,
    description: 'A workspace; it lists its models and pipelines by their numbers',
    example: null,
  })
  workspaceId: number | null = null;

  // As long as an id of a model group may be.
  @IsText(512, { nullable: true })
  @ApiProperty({ type: String, nullable: true, required: false, default: null, example: null })
  modelGroupId: string | null = null;
}

export const toArtifactFacts = ({
  name,
  version,
  workspaceId,
  modelGroupId,
}: ArtifactDto): ArtifactFacts => ({ name, version, workspaceId, modelGroupId });

@ApiSchema({ name: 'Artifact' })
export class ArtifactResponse {
  @ApiProperty({ enum: ARTIFACT_KINDS, example: 'model' })
  kind: ArtifactKind;
  @ApiProperty({ type: String, example: 'churn-gbm' })
  id: string;
  @ApiProperty({ type: String, example: 'Churn' })
  name: string;
  @ApiProperty({ type: String, nullable: true, example: '3' })
  version: string | null;
  @ApiProperty({ type: 'integer', nullable: true, example: null })
  workspaceId: number | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  modelGroupId: string | null;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description:
      'Models and pipelines are counted, each kind from 1, and no number is given twice; else null',
    example: 1,
  })
  number: number | null;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  createdAt: string;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  updatedAt: string;
}

export const toArtifactResponse = (artifact: ArtifactView): ArtifactResponse => ({
  kind: artifact.kind,
  id: artifact.artifactId,
  name: artifact.name,
  version: artifact.version,
  workspaceId: artifact.workspaceId,
  modelGroupId: artifact.modelGroupId,
  number: artifact.number,
  createdAt: artifact.createdAt,
  updatedAt: artifact.updatedAt,
});
