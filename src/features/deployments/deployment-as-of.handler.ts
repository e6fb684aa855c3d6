import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { DeploymentEvent } from '../../domain/deployment/deployment.events.js';
import { evolve } from '../../domain/deployment/deployment.evolve.js';
import {
  initialState,
  isRegistered,
  type DeploymentState,
} from '../../domain/deployment/deployment.state.js';
import { deploymentNotFound } from '../../domain/deployment/refusals.js';
import type { Recorded } from '../../domain/shared/decider.js';
import { upcast } from '../../event-store/codec/upcast.js';
import { EventStore, type RecordedEvent } from '../../event-store/event-store.js';
import { deploymentView, type DeploymentView } from './deployment.view.js';
import { GetDeploymentAsOf } from './queries.js';
import { deploymentStream, isDeploymentId } from './streams.js';

interface PointInLog {
  readonly position: bigint;
  readonly time: string;
}

const pointOf = ({ position, metadata }: RecordedEvent): PointInLog => ({
  position,
  time: metadata.occurredAt,
});

@QueryHandler(GetDeploymentAsOf)
export class GetDeploymentAsOfHandler implements IQueryHandler<GetDeploymentAsOf> {
  constructor(private readonly store: EventStore) {}

  async execute({ deploymentId, asOf }: GetDeploymentAsOf): Promise<{
    deployment: DeploymentView;
    asOf: PointInLog;
  }> {
    if (isDeploymentId(deploymentId)) {
      const found = await (asOf !== null && 'time' in asOf
        ? this.atTime(deploymentId, asOf.time)
        : this.atPosition(deploymentId, asOf?.position));
      if (found !== undefined) return found;
    }
    throw deploymentNotFound(deploymentId);
  }

  /** Clocks may step back from one event to the next: what counts is the last one that had occurred. */
  private async atTime(deploymentId: string, time: string) {
    const limit = Date.parse(time);
    const last = await this.lastThat(
      deploymentId,
      ({ metadata }) => Date.parse(metadata.occurredAt) <= limit,
    );
    return last && { deployment: last.view, asOf: last.point };
  }

  private async atPosition(deploymentId: string, position: bigint | undefined) {
    const point = await this.newest(position);
    if (point === undefined) return undefined;
    const last = await this.lastThat(deploymentId, (event) => event.position <= point.position);
    return last && { deployment: last.view, asOf: point };
  }

  /** The last event of the log, or the last one up to and with `position`. */
  private async newest(position: bigint | undefined): Promise<PointInLog | undefined> {
    const options = position === undefined ? {} : { after: position + 1n };
    for await (const event of this.store.readAll({ ...options, direction: 'backwards', limit: 1 })) {
      return pointOf(event);
    }
    return undefined;
  }

  /** The deployment right after its last event that `counts`. */
  private async lastThat(deploymentId: string, counts: (event: RecordedEvent) => boolean) {
    let state: DeploymentState = initialState;
    let last: { state: DeploymentState; event: RecordedEvent } | undefined;
    for await (const event of this.store.readStream(deploymentStream(deploymentId))) {
      const { type, data, metadata } = upcast(event);
      state = evolve(state, {
        type,
        data,
        occurredAt: metadata.occurredAt,
      } as unknown as Recorded<DeploymentEvent>);
      if (counts(event)) last = { state, event };
    }
    if (last === undefined || !isRegistered(last.state)) return undefined;
    return { view: deploymentView(last.state, last.event), point: pointOf(last.event) };
  }
}
