import { Injectable } from '@nestjs/common';
import { ProjectionFailed, ReadModels } from '../../projections/projection.js';

/** How long an answer waits for the read models. */
export const MAX_WAIT_MS = 5_000;

/** Lets the next read see what was written. */
@Injectable()
export class ReadYourWrites {
  constructor(private readonly readModels: ReadModels) {}

  hasPassed(position: bigint): boolean {
    return this.readModels.position >= position;
  }

  /** @throws ReadModelBehind or ProjectionFailed */
  waitFor(position: bigint): Promise<void> {
    return this.readModels.waitFor(position, { timeoutMs: MAX_WAIT_MS });
  }

  /** Whether every read model got there. One that has stopped keeps nobody from waiting for the others. */
  async settle(position: bigint): Promise<boolean> {
    try {
      await this.waitFor(position);
      return true;
    } catch (error) {
      if (error instanceof ProjectionFailed) await this.settleHealthy(position);
      return false;
    }
  }

  private async settleHealthy(position: bigint): Promise<void> {
    const projections = this.readModels
      .status()
      .filter(({ state }) => state !== 'failed')
      .map(({ name }) => name);
    await this.readModels.waitFor(position, { timeoutMs: MAX_WAIT_MS, projections }).catch(() => undefined);
  }
}
