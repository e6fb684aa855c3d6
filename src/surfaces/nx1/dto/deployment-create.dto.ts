import type { NewDeployment } from '../../../features/deployments/index.js';
import { Bool, Enum, Model, Str, StrList } from '../validation/fields.js';
import { ROLES } from './allowed-roles-update.dto.js';
import { dnsLabel, line, paragraph } from './limits.js';

export class ModelReferenceInput {
  @Str({ description: 'MLflow registered model name. The model in the path wins over it.', example: 'churn' })
  readonly model_name: string;

  @Str({ ...line, nullable: true, default: null, description: 'An exact version.', example: '3' })
  readonly model_version: string | null;

  @Str({
    ...line,
    nullable: true,
    default: null,
    description: 'An alias, resolved to a version when the deployment is created.',
  })
  readonly model_alias: string | null;
}

const versionOrAlias = ({ model_version, model_alias }: ModelReferenceInput): string | undefined =>
  (model_version === null) === (model_alias === null)
    ? 'Provide exactly one of model_version or model_alias'
    : undefined;

export class TargetTable {
  @Str({ ...line, example: 'scores' })
  readonly schema: string;

  @Str({ ...line, example: 'churn_daily' })
  readonly table: string;

  @Str({ ...line, default: 'iceberg' })
  readonly catalog: string;
}

export class SourceTable {
  @Str({ ...line, example: 'features' })
  readonly schema: string;

  @Str({ ...line, example: 'customers' })
  readonly table: string;

  @Str({ ...line, default: 'iceberg' })
  readonly catalog: string;

  @Str({ ...paragraph, nullable: true, default: null, description: 'Condition that selects the rows.' })
  readonly filter_sql: string | null;

  @Str({ ...line, nullable: true, default: null, description: 'Iceberg snapshot to read.' })
  readonly snapshot_id: string | null;
}

export const DEPLOYMENT_TYPES = ['batch', 'online'] as const;
const RERUN_BEHAVIORS = ['overwrite_partition', 'append_dedup'] as const;
const IMPORTANCES = ['CRITICAL', 'HIGH', 'MODERATE', 'LOW'] as const;

export class DeploymentCreate {
  @Str({
    ...dnsLabel,
    description: 'DNS-1123 label, unique per registered model; an archived deployment keeps its name.',
    example: 'prod',
  })
  readonly name: string;

  @Model(ModelReferenceInput, { check: versionOrAlias })
  readonly model: ModelReferenceInput;

  @Model(SourceTable)
  readonly source: SourceTable;

  @Model(TargetTable)
  readonly target: TargetTable;

  @StrList({ items: line, min: 1, max: 100, example: ['customer_id'] })
  readonly entity_columns: readonly string[];

  @Str({ ...line, example: 'risk' })
  readonly domain: string;

  @Str({
    ...line,
    description: 'User id, username or e-mail. Only the platform PSK and admins may name somebody else.',
    example: 'alice',
  })
  readonly owner: string;

  @Enum(DEPLOYMENT_TYPES, { default: 'batch' })
  readonly type: (typeof DEPLOYMENT_TYPES)[number];

  @Str({ ...line, nullable: true, default: null, description: 'Cron expression; null: runs by hand only.' })
  readonly schedule: string | null;

  @Enum(RERUN_BEHAVIORS, { default: 'overwrite_partition' })
  readonly rerun_behavior: (typeof RERUN_BEHAVIORS)[number];

  @Str({ ...line, default: 'scored_at' })
  readonly partition_column: string;

  @Bool({ default: false })
  readonly trigger_now: boolean;

  @StrList({ ...ROLES, nullable: true, default: null, description: 'Null or empty: platform PSK only.' })
  readonly allowed_roles: readonly string[] | null;

  @Enum(IMPORTANCES, { default: 'MODERATE', description: 'How much depends on this deployment.' })
  readonly importance: (typeof IMPORTANCES)[number];
}

export const toNewDeployment = (model: string, body: DeploymentCreate): NewDeployment => ({
  model,
  name: body.name,
  modelVersion: body.model.model_version,
  modelAlias: body.model.model_alias,
  type: body.type,
  domain: body.domain,
  owner: body.owner,
  importance: body.importance,
  allowedRoles: body.allowed_roles,
  source: {
    schema: body.source.schema,
    table: body.source.table,
    catalog: body.source.catalog,
    filterSql: body.source.filter_sql,
    snapshotId: body.source.snapshot_id,
  },
  target: { schema: body.target.schema, table: body.target.table, catalog: body.target.catalog },
  entityColumns: body.entity_columns,
  schedule: body.schedule,
  rerunBehavior: body.rerun_behavior,
  partitionColumn: body.partition_column,
  triggerNow: body.trigger_now,
});
