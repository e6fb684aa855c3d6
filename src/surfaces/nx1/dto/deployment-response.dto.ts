import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import type { DeploymentView } from '../../../features/deployments/index.js';
import { INTEGER, Out, OutOrNull, TEXT, TIME, UUID } from './answer-field.js';
import { DEPLOYMENT_TYPES } from './deployment-create.dto.js';
import { DEPLOYMENT_STATUSES } from './list-queries.dto.js';
import { RUN_STATUSES } from './run-report.dto.js';
import { toNx1Time } from './time.js';

/** A registered MLflow model with either a version number or an alias. */
export class ModelReference {
  @Out({ ...TEXT, example: 'churn' }, 'MLflow registered model name.')
  readonly model_name: string;

  @OutOrNull({ ...TEXT, example: '3' })
  readonly model_version: string | null;

  @OutOrNull(TEXT)
  readonly model_alias: string | null;
}

export class DeploymentRunSummary {
  @Out(UUID)
  readonly run_id: string;

  @Out({ ...TEXT, example: 'scheduled__2023-11-07T05:00:00+00:00' })
  readonly airflow_run_id: string;

  @Out({ ...TEXT, enum: RUN_STATUSES })
  readonly status: (typeof RUN_STATUSES)[number];

  @OutOrNull(INTEGER)
  readonly rows_scored: number | null;

  @OutOrNull(TIME)
  readonly started_at: string | null;

  @OutOrNull(TIME)
  readonly finished_at: string | null;
}

@ApiExtraModels(DeploymentRunSummary)
export class DeploymentResponse {
  @Out(UUID)
  readonly deployment_id: string;

  @Out({ ...TEXT, example: 'prod' })
  readonly name: string;

  @Out({ ...TEXT, enum: DEPLOYMENT_TYPES })
  readonly type: (typeof DEPLOYMENT_TYPES)[number];

  @Out({ ...TEXT, enum: DEPLOYMENT_STATUSES })
  readonly status: (typeof DEPLOYMENT_STATUSES)[number];

  @Out({ ...TEXT, example: 'risk' })
  readonly domain: string;

  @Out({ ...TEXT, example: 'alice' }, 'As sent when the deployment was created.')
  readonly owner: string;

  @ApiProperty({ type: ModelReference })
  readonly model: ModelReference;

  @OutOrNull(TEXT, 'What an alias meant when the deployment was created, as far as it is known.')
  readonly resolved_model_version: string | null;

  @OutOrNull(TEXT)
  readonly dag_id: string | null;

  @OutOrNull(TEXT)
  readonly dag_s3_uri: string | null;

  @OutOrNull({ ...TEXT, example: '0 5 * * *' })
  readonly schedule: string | null;

  @OutOrNull({ $ref: getSchemaPath(DeploymentRunSummary) }, 'The latest run.')
  readonly last_run: DeploymentRunSummary | null;

  @OutOrNull(TEXT)
  readonly service_url: string | null;

  @OutOrNull(INTEGER)
  readonly replica_count: number | null;

  @OutOrNull(INTEGER)
  readonly ready_replicas: number | null;

  @OutOrNull(
    { type: 'array', items: TEXT, example: ['nx1_engineer'] },
    'Null: never configured. Null and the empty list both mean platform PSK only.',
  )
  readonly allowed_roles: readonly string[] | null;

  @OutOrNull(TEXT)
  readonly error_message: string | null;

  @Out(TIME)
  readonly created_at: string;

  @Out(TIME)
  readonly updated_at: string;

  @OutOrNull(TIME)
  readonly stopped_at: string | null;
}

export const toRunSummary = (run: NonNullable<DeploymentView['lastRun']>): DeploymentRunSummary => ({
  run_id: run.runId,
  airflow_run_id: run.airflowRunId,
  status: run.status,
  rows_scored: run.rowsScored,
  started_at: toNx1Time(run.startedAt),
  finished_at: toNx1Time(run.finishedAt),
});

export const toDeploymentResponse = (view: DeploymentView): DeploymentResponse => ({
  deployment_id: view.deploymentId,
  name: view.name,
  type: view.type,
  status: view.status,
  domain: view.domain,
  owner: view.owner,
  model: { model_name: view.model, model_version: view.modelVersion, model_alias: view.modelAlias },
  resolved_model_version: view.resolvedModelVersion,
  // Airflow's side of a deployment; no report tells it to us.
  dag_id: null,
  dag_s3_uri: null,
  schedule: view.schedule,
  last_run: view.lastRun && toRunSummary(view.lastRun),
  service_url: view.serviceUrl,
  replica_count: view.replicaCount,
  ready_replicas: view.readyReplicas,
  allowed_roles: view.allowedRoles,
  error_message: view.errorMessage,
  created_at: toNx1Time(view.createdAt),
  updated_at: toNx1Time(view.updatedAt),
  stopped_at: toNx1Time(view.stoppedAt),
});
