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
    const notFound = () => deploymentNotFound(deploymentId);
    if (!isDeploymentId(deploymentId)) throw notFound();
    const history = await this.history(deploymentId);
    const until =
      asOf !== null && 'time' in asOf
        ? lastAtOrBefore(history, asOf.time)
        : await this.newest(asOf === null ? undefined : asOf.position);
    if (until === undefined) throw notFound();
    const deployment = foldUntil(history, until.position);
    if (deployment === undefined) throw notFound();
    return { deployment, asOf: until };
  }

  private async history(deploymentId: string): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const event of this.store.readStream(deploymentStream(deploymentId))) events.push(event);
    return events;
  }

  /** The last event of the log, or the last one up to and with `position`. */
  private async newest(position: bigint | undefined): Promise<PointInLog | undefined> {
    const options = position === undefined ? {} : { after: position + 1n };
    for await (const event of this.store.readAll({ ...options, direction: 'backwards', limit: 1 })) {
      return pointOf(event);
    }
    return undefined;
  }
}

/** Clocks may step back between two events, so the last one is looked for from the end. */
const lastAtOrBefore = (history: readonly RecordedEvent[], time: string): PointInLog | undefined => {
  const limit = Date.parse(time);
  const last = history.findLast(({ metadata }) => Date.parse(metadata.occurredAt) <= limit);
  return last && pointOf(last);
};

const foldUntil = (history: readonly RecordedEvent[], position: bigint): DeploymentView | undefined => {
  let state: DeploymentState = initialState;
  let last: RecordedEvent | undefined;
  for (const stored of history) {
    if (stored.position > position) break;
    const { type, data, metadata } = upcast(stored);
    state = evolve(state, {
      type,
      data,
      occurredAt: metadata.occurredAt,
    } as unknown as Recorded<DeploymentEvent>);
    last = stored;
  }
  return last !== undefined && isRegistered(state) ? deploymentView(state, last) : undefined;
};
