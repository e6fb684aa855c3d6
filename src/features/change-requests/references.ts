import { Injectable } from '@nestjs/common';
import type { Change } from '../../domain/change-request/change.js';
import {
  namedIn,
  nameKey,
  referencesOf,
  type ChangedDeployment,
  type Names,
  type Reference,
} from '../../domain/change-request/diff.js';
import type { Caller } from '../../domain/shared/caller.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { ArtifactDirectory } from '../artifacts/index.js';
import { DeploymentDirectory } from '../deployments/index.js';
import { DeploymentAccess } from './request-access.js';

const NOUNS: Readonly<Record<Reference['kind'], string>> = {
  model: 'model',
  modelPackage: 'model package',
  secondaryDatasetsConfig: 'secondary datasets configuration',
  deployment: 'deployment',
};

/** What changes refer to: models, packages, configurations and other deployments. */
@Injectable()
export class References {
  constructor(
    private readonly artifacts: ArtifactDirectory,
    private readonly deployments: DeploymentDirectory,
    private readonly access: DeploymentAccess,
  ) {}

  /** Names of all that is shown of the change, as far as they are known. */
  names(change: Change, deployment: ChangedDeployment): Names {
    const found: Record<string, string> = {};
    for (const { kind, id } of namedIn(change, deployment)) {
      const name =
        kind === 'deployment' ? this.deployments.byId(id)?.label : this.artifacts.find(kind, id)?.name;
      if (name !== undefined) found[nameKey(kind, id)] = name;
    }
    return found;
  }

  /** The first reference that leads nowhere, in words; `null`: all are there. With a caller: that he may see. */
  missing(
    change: Change,
    deployment: ChangedDeployment,
    caller: Caller | null = null,
  ): { readonly field: string; readonly message: string } | null {
    const isSpan = change.action === 'cleanupStats';
    const lost = referencesOf(change).find(
      (reference) => !this.exists(reference, isSpan, deployment, caller),
    );
    return lost === undefined
      ? null
      : { field: `change.${lost.field}`, message: `There is no ${NOUNS[lost.kind]} '${lost.id}'` };
  }

  /** @throws DomainError `invalid` when the change can't be meant as it is */
  require(change: Change, deployment: ChangedDeployment, caller: Caller): void {
    const lost = this.missing(change, deployment, caller);
    if (lost !== null)
      throw new DomainError('invalid', 'reference-not-found', lost.message, { field: lost.field });
    if (change.action !== 'cleanupStats' || change.start === null || change.end === null) return;
    if (Date.parse(change.start) < Date.parse(change.end)) return;
    throw new DomainError('invalid', 'span-empty', 'The span must start before it ends', {
      field: 'change.start',
    });
  }

  private exists(
    { kind, id }: Reference,
    isSpan: boolean,
    { deploymentId, model }: ChangedDeployment,
    caller: Caller | null,
  ): boolean {
    if (kind !== 'deployment') {
      // Monitoring data may be of the model that the deployment was registered with, which is no artifact.
      return this.artifacts.find(kind, id) !== undefined || (isSpan && id === model);
    }
    const other = this.deployments.byId(id);
    if (other === undefined || other.status === 'archived' || id === deploymentId) return false;
    return caller === null || this.access.maySee(caller, other);
  }
}
