import { Injectable } from '@nestjs/common';
import type { GovernedDeployment } from '../../domain/deployment/access.js';
import type { ApprovalStatus } from '../../domain/deployment/deployment.state.js';
import type { Importance } from '../../domain/shared/importance.js';
import { ReadModels } from '../../projections/projection.js';
import { canBeStored, parseList, type DeploymentRow } from './deployment-rows.js';
import { deploymentsProjection } from './deployments.projection.js';

/** What a decision about a deployment looks at and answers with. */
export interface DeploymentEntry extends GovernedDeployment {
  readonly deploymentId: string;
  readonly model: string;
  readonly name: string;
  readonly revision: bigint;
  readonly label: string;
  readonly importance: Importance;
  readonly approvalStatus: ApprovalStatus;
  readonly modelId: string | null;
  readonly modelPackageId: string | null;
  readonly secondaryDatasetsConfigId: string | null;
}

const COLUMNS = `deployment_id, model, name, type, status, owner, owner_id, allowed_roles, revision, label, importance,
  approval_status, model_id, model_package_id, secondary_datasets_config_id`;
type EntryRow = Pick<
  DeploymentRow,
  | 'deployment_id'
  | 'model'
  | 'name'
  | 'type'
  | 'status'
  | 'owner'
  | 'owner_id'
  | 'allowed_roles'
  | 'revision'
  | 'label'
  | 'importance'
  | 'approval_status'
  | 'model_id'
  | 'model_package_id'
  | 'secondary_datasets_config_id'
>;

/** Beyond this many the remembered entries are dropped, so that made-up names can't fill the memory. */
const CAPACITY = 10_000;
/** No name is as long; what is made up to be longer is looked up, but not kept. */
const MAX_KEY_LENGTH = 1_000;

/** Deployments as decisions look them up: one indexed read, or none while their read model stands where it stood. */
@Injectable()
export class DeploymentDirectory {
  private readonly remembered = new Map<string, DeploymentEntry | undefined>();
  private rememberedAt: bigint | undefined;

  constructor(private readonly readModels: ReadModels) {}

  find(model: string, name: string): DeploymentEntry | undefined {
    return this.remember(JSON.stringify([model, name]), () =>
      this.read('model = ? AND name = ?', model, name),
    );
  }

  byId(deploymentId: string): DeploymentEntry | undefined {
    return this.remember(`id ${deploymentId}`, () => this.read('deployment_id = ?', deploymentId));
  }

  private read(condition: string, ...parameters: readonly string[]): DeploymentEntry | undefined {
    if (!canBeStored(...parameters)) return undefined;
    const row = this.readModels.get<EntryRow>(
      `SELECT ${COLUMNS} FROM deployments WHERE ${condition}`,
      ...parameters,
    );
    return row && toEntry(row);
  }

  private remember(key: string, read: () => DeploymentEntry | undefined): DeploymentEntry | undefined {
    const position = this.readModels.positionOf(deploymentsProjection.name);
    if (position !== this.rememberedAt || this.remembered.size >= CAPACITY) {
      this.remembered.clear();
      this.rememberedAt = position;
    }
    if (this.remembered.has(key)) return this.remembered.get(key);
    const entry = read();
    if (key.length <= MAX_KEY_LENGTH) this.remembered.set(key, entry);
    return entry;
  }
}

const toEntry = (row: EntryRow): DeploymentEntry => ({
  deploymentId: row.deployment_id,
  model: row.model,
  name: row.name,
  type: row.type,
  status: row.status,
  owner: row.owner,
  ownerId: row.owner_id,
  allowedRoles: parseList(row.allowed_roles),
  revision: BigInt(row.revision),
  label: row.label,
  importance: row.importance,
  approvalStatus: row.approval_status,
  modelId: row.model_id,
  modelPackageId: row.model_package_id,
  secondaryDatasetsConfigId: row.secondary_datasets_config_id,
});
