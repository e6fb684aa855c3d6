import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { ReadModels } from '../../projections/projection.js';
import { Supervisor } from './supervisor.js';
import type { ToDoList } from './to-do-list.js';

/** Works through every to-do list that was handed in, from the start of the application to its end. */
@Injectable()
export class ProcessManagers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly supervisors: Supervisor[] = [];

  constructor(
    private readonly readModels: ReadModels,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** To be called before the application starts. */
  add(list: ToDoList): void {
    this.supervisors.push(new Supervisor(list, this.readModels, this.clock, this.logger));
  }

  onApplicationBootstrap(): void {
    for (const supervisor of this.supervisors) supervisor.start();
  }

  /** What is being done is finished. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.supervisors.map((supervisor) => supervisor.stop()));
  }
}
