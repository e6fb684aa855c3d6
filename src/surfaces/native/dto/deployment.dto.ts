import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { DeploymentView } from '../../../features/deployments/index.js';
import { IsCount, IsMultilineText, IsOneOf, IsText } from '../validation/rules.js';

export class DeploymentQuery {
  @IsText(64, { optional: true })
  asOf?: string;
}

/** Field names as serving platforms send them. What is left out stays as it was reported before. */
@ApiSchema({ name: 'DeploymentStatusReport' })
export class StatusReportDto {
  @IsOneOf(['deploying', 'active', 'failed'])
  @ApiProperty({ enum: ['deploying', 'active', 'failed'], example: 'active' })
  status: 'deploying' | 'active' | 'failed';

  @IsText(2_000, { optional: true, nullable: true })
  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    example: 'http://churn-prod.serving.svc:8080',
  })
  service_url?: string | null;

  @IsCount({ optional: true, nullable: true })
  @ApiProperty({ type: 'integer', minimum: 0, nullable: true, required: false, example: 2 })
  replica_count?: number | null;

  @IsCount({ optional: true, nullable: true })
  @ApiProperty({ type: 'integer', minimum: 0, nullable: true, required: false, example: 2 })
  ready_replicas?: number | null;

  @IsMultilineText(10_000, { optional: true, nullable: true })
  @ApiProperty({ type: String, nullable: true, required: false, example: null })
  error_message?: string | null;
}

class AsOfResponse {
  @ApiProperty({ type: String, description: 'Log position', example: '1042' })
  position: string;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-31T09:30:00.000Z' })
  time: string;
}

@ApiSchema({ name: 'GovernedDeployment' })
export class DeploymentResponse {
  @ApiProperty({ type: String, format: 'uuid', example: 'b7a0c1de-6f0b-4d52-8f9a-3c1d2e4f5a6b' })
  deploymentId: string;
  @ApiProperty({ type: String, example: 'churn' })
  model: string;
  @ApiProperty({ type: String, example: 'prod' })
  name: string;
  @ApiProperty({
    type: String,
    description: 'What people call it: its name, until it is given another label',
    example: 'prod',
  })
  label: string;
  @ApiProperty({ enum: ['batch', 'online'] })
  type: DeploymentView['type'];
  @ApiProperty({
    enum: ['pending', 'deploying', 'active', 'failed', 'stopped', 'archived'],
    example: 'active',
  })
  status: DeploymentView['status'];
  @ApiProperty({ type: String, example: 'marketing' })
  domain: string;
  @ApiProperty({ type: String, description: 'As sent at registration', example: 'alice' })
  owner: string;
  @ApiProperty({ enum: ['CRITICAL', 'HIGH', 'MODERATE', 'LOW'], example: 'MODERATE' })
  importance: DeploymentView['importance'];
  @ApiProperty({
    enum: ['APPROVED', 'PENDING'],
    description: 'PENDING while a policy waits for its approval; it can be used all the same',
  })
  approvalStatus: DeploymentView['approvalStatus'];
  @ApiProperty({
    type: [String],
    nullable: true,
    description: 'null: never configured',
    example: ['nx1_engineer'],
  })
  allowedRoles: readonly string[] | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  modelId: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  modelPackageId: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  secondaryDatasetsConfigId: string | null;
  @ApiProperty({ type: [String], description: 'Ids, oldest first', example: [] })
  openChangeRequests: readonly string[];
  @ApiProperty({ type: String, description: 'Decimal; the ETag', example: '7' })
  revision: string;
  @ApiProperty({ type: AsOfResponse, description: 'The point of the log that this is the state of' })
  asOf: AsOfResponse;
}

export const toDeploymentResponse = (
  view: DeploymentView,
  openChangeRequests: readonly string[],
  asOf: { readonly position: bigint; readonly time: string },
): DeploymentResponse => ({
  deploymentId: view.deploymentId,
  model: view.model,
  name: view.name,
  label: view.label,
  type: view.type,
  status: view.status,
  domain: view.domain,
  owner: view.owner,
  importance: view.importance,
  approvalStatus: view.approvalStatus,
  allowedRoles: view.allowedRoles,
  modelId: view.modelId,
  modelPackageId: view.modelPackageId,
  secondaryDatasetsConfigId: view.secondaryDatasetsConfigId,
  openChangeRequests,
  revision: view.revision.toString(),
  asOf: { position: asOf.position.toString(), time: asOf.time },
});
