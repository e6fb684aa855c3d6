import { Injectable } from '@nestjs/common';
import { EventStore } from '../../event-store/event-store.js';
import { ReadModels, type ProjectionStatus } from '../../projections/projection.js';
import { ServiceState } from '../lifecycle/service-state.js';

interface ProjectionHealth {
  readonly name: string;
  readonly version: number;
  readonly position: string;
  readonly lag: string;
  readonly state: ProjectionStatus['state'];
  readonly error?: {
    readonly position: string;
    readonly eventType: string | null;
    readonly message: string;
  };
}

export interface Readiness {
  /** `ok`, or the first reason not to send requests here. */
  readonly status: 'ok' | 'stopping' | 'storeUnreachable' | 'projectionFailed' | 'catchingUp';
  readonly store: { readonly kind: EventStore['kind']; readonly reachable: boolean };
  readonly projections: readonly ProjectionHealth[];
}

const healthOf = ({ name, version, position, lag, state, error }: ProjectionStatus): ProjectionHealth => ({
  name,
  version,
  position: String(position),
  lag: String(lag),
  state,
  ...(error && { error: { ...error, position: String(error.position) } }),
});

/** Whether requests should come here now. */
@Injectable()
export class Health {
  constructor(
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
    private readonly state: ServiceState,
  ) {}

  async readiness(): Promise<Readiness> {
    const reachable = await this.store.reachable();
    const projections = this.readModels.status();
    return {
      status: this.statusOf(reachable, projections),
      store: { kind: this.store.kind, reachable },
      projections: projections.map(healthOf),
    };
  }

  private statusOf(reachable: boolean, projections: readonly ProjectionStatus[]): Readiness['status'] {
    if (this.state.stopping) return 'stopping';
    if (!reachable) return 'storeUnreachable';
    if (projections.some(({ state }) => state === 'failed')) return 'projectionFailed';
    // One that is rebuilt beside its live version keeps nobody waiting.
    return projections.some(({ state }) => state === 'catchingUp') ? 'catchingUp' : 'ok';
  }
}
