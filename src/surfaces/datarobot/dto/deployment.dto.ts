import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { FieldError } from '../../../platform/http/problem.js';
import { LooseFlag, OneOf, Text } from '../validation/fields.js';
import { Param } from '../validation/parameters.js';
import { refuse } from '../validation/rule.js';
import { oneOf, text, stringFlag } from '../validation/text-rules.js';
import { refuseFaults } from '../request.js';
import { ID } from './limits.js';
import { ListQuery } from './list.dto.js';
import {
  APPROVAL_STATUSES,
  DEPLOYMENT_STATUSES,
  IMPORTANCES,
  REPLACEMENT_REASONS,
  type DeploymentStatus,
  type Importance,
  type ReplacementReason,
} from './words.js';

const ORDERS = ['label', '-label', 'createdAt', '-createdAt', 'importance', '-importance'] as const;

export class DeploymentsQuery extends ListQuery {
  @Param(oneOf(DEPLOYMENT_STATUSES), { type: 'string', enum: [...DEPLOYMENT_STATUSES] })
  readonly status?: DeploymentStatus;

  @Param(oneOf(IMPORTANCES), { type: 'string', enum: [...IMPORTANCES] })
  readonly importance?: Importance;

  @Param(text({ max: 512 }), { type: 'string' }, { description: 'Part of the label, without case' })
  readonly search?: string;

  @Param(oneOf(ORDERS), { type: 'string', enum: [...ORDERS] }, { fallback: '-createdAt' })
  readonly orderBy: (typeof ORDERS)[number];
}

export const toGovernedFilter = ({ status, importance, search }: DeploymentsQuery) => ({
  ...(status && { active: status === 'active' }),
  ...(importance && { importance }),
  ...(search !== undefined && { search }),
});

@ApiSchema({ name: 'DeploymentUpdate', description: 'At least one of them' })
export class DeploymentUpdate {
  @Text({ min: 1, max: 512, optional: true })
  readonly label?: string;

  @Text({ max: 10_000, optional: true, nullable: true })
  readonly description?: string | null;

  @OneOf(IMPORTANCES, { optional: true })
  readonly importance?: Importance;
}

/** @throws HttpProblem 422 when there is nothing in it */
export const toDetails = ({ label, description, importance }: DeploymentUpdate) => {
  const faults: FieldError[] = [];
  if (label === undefined && description === undefined && importance === undefined)
    refuse(['body'], faults, 'must have at least one of label, description, importance');
  refuseFaults(faults);
  return {
    ...(label !== undefined && { label }),
    ...(description !== undefined && { description }),
    ...(importance !== undefined && { importance }),
  };
};

@ApiSchema({ name: 'DeploymentStatusUpdate' })
export class DeploymentStatusUpdate {
  @OneOf(DEPLOYMENT_STATUSES)
  readonly status: DeploymentStatus;
}

@ApiSchema({ name: 'DeploymentModelUpdate', description: 'Either a model or a model package' })
export class DeploymentModelUpdate {
  @Text({ ...ID, optional: true })
  readonly modelId?: string;

  @Text({ ...ID, optional: true })
  readonly modelPackageId?: string;

  @OneOf(REPLACEMENT_REASONS)
  readonly reason: ReplacementReason;
}

/** @throws HttpProblem 422 when neither or both are named */
export const toReplacement = ({
  modelId,
  modelPackageId,
  reason: replacementReason,
}: DeploymentModelUpdate) => {
  if (modelId !== undefined && modelPackageId === undefined)
    return { action: 'replaceModel', modelId, replacementReason } as const;
  if (modelPackageId !== undefined && modelId === undefined)
    return { action: 'replaceModelPackage', modelPackageId, replacementReason } as const;
  const faults: FieldError[] = [];
  refuse(['body', 'modelId'], faults, 'exactly one of modelId and modelPackageId is required');
  refuseFaults(faults);
  throw new Error('unreachable: a fault was refused');
};

@ApiSchema({ name: 'SecondaryDatasetConfigurationUpdate' })
export class SecondaryDatasetConfigurationUpdate {
  @Text(ID)
  readonly secondaryDatasetsConfigId: string;
}

@ApiSchema({ name: 'DeploymentDelete' })
export class DeploymentDelete {
  @Text({ ...ID, optional: true, description: 'The deployment that traffic moves to' })
  readonly defaultDeploymentId?: string;

  @LooseFlag({ optional: true })
  readonly ignoreManagementAgent?: boolean;
}

export class DeploymentDeleteQuery {
  @Param(text(ID), { type: 'string' })
  readonly defaultDeploymentId?: string;

  @Param(stringFlag, { type: 'string', enum: ['false', 'False', 'true', 'True'] })
  readonly ignoreManagementAgent?: boolean;
}

class NamedArtifact {
  @ApiProperty({ type: String })
  readonly id: string;
  @ApiProperty({ type: String })
  readonly name: string;
}

class GovernanceResponse {
  @ApiProperty({ enum: APPROVAL_STATUSES })
  readonly approvalStatus: (typeof APPROVAL_STATUSES)[number];
  @ApiProperty({ type: Boolean })
  readonly hasOpenedChangeRequests: boolean;
}

@ApiSchema({ name: 'DataRobotDeployment' })
export class DeploymentResponse {
  @ApiProperty({ type: String })
  readonly id: string;
  @ApiProperty({ type: String, description: 'Its name, until it is given another label' })
  readonly label: string;
  @ApiProperty({ type: String, nullable: true })
  readonly description: string | null;
  @ApiProperty({ enum: DEPLOYMENT_STATUSES })
  readonly status: DeploymentStatus;
  @ApiProperty({ enum: IMPORTANCES })
  readonly importance: Importance;
  @ApiProperty({ enum: APPROVAL_STATUSES })
  readonly approvalStatus: (typeof APPROVAL_STATUSES)[number];
  @ApiProperty({ type: NamedArtifact, nullable: true })
  readonly model: NamedArtifact | null;
  @ApiProperty({ type: NamedArtifact, nullable: true })
  readonly modelPackage: NamedArtifact | null;
  @ApiProperty({ type: String, nullable: true })
  readonly secondaryDatasetsConfigId: string | null;
  @ApiProperty({ type: String, format: 'date-time' })
  readonly createdAt: string;
  @ApiProperty({ type: GovernanceResponse })
  readonly governance: GovernanceResponse;
  @ApiProperty({ type: [String], description: 'Ids, oldest first' })
  readonly openedChangeRequests: readonly string[];
}
