import { Injectable } from '@nestjs/common';
import { ArtifactDirectory, type ArtifactKind } from '../../features/artifacts/index.js';
import type { GovernedDeploymentView } from '../../features/direct-changes/index.js';
import type { DeploymentResponse } from './dto/deployment.dto.js';

/** Deployments in this vocabulary's words, with the names of what they refer to. */
@Injectable()
export class DeploymentPresenter {
  constructor(private readonly artifacts: ArtifactDirectory) {}

  present(deployment: GovernedDeploymentView): DeploymentResponse {
    const { approvalStatus, openChangeRequests } = deployment;
    return {
      id: deployment.deploymentId,
      label: deployment.label,
      description: deployment.description,
      status: deployment.status === 'active' ? 'active' : 'inactive',
      importance: deployment.importance,
      approvalStatus,
      model: this.named('model', deployment.modelId),
      modelPackage: this.named('modelPackage', deployment.modelPackageId),
      secondaryDatasetsConfigId: deployment.secondaryDatasetsConfigId,
      createdAt: deployment.createdAt,
      governance: { approvalStatus, hasOpenedChangeRequests: openChangeRequests.length > 0 },
      openedChangeRequests: openChangeRequests,
    };
  }

  /** What was withdrawn since has no name any more, only its id. */
  private named(
    kind: ArtifactKind,
    id: string | null,
  ): { readonly id: string; readonly name: string } | null {
    return id === null ? null : { id, name: this.artifacts.find(kind, id)?.name ?? id };
  }
}
