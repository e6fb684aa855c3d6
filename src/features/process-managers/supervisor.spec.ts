import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SetClock } from '../../../test/support/set-clock.js';
import type { Logger } from '../../platform/logging/logger.js';
import { ReadModelBehind, type ReadModels } from '../../projections/projection.js';
import { Supervisor } from './supervisor.js';
import type { Task } from './to-do-list.js';

/** Read models that move when they are told to. */
class FakeReadModels {
  position = 0n;
  trusted = true;
  private waiting: (() => void)[] = [];
  private tellWait: (timeoutMs: number) => void = () => undefined;

  positionOf = (): bigint => this.position;
  trustworthy = (): boolean => this.trusted;

  waitFor = (position: bigint, { timeoutMs }: { timeoutMs: number }): Promise<void> =>
    new Promise((resolve, reject) => {
      if (this.position >= position) return resolve();
      this.tellWait(timeoutMs);
      const timer = setTimeout(() => reject(new ReadModelBehind(position)), timeoutMs);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });

  /** How long the next wait is for. */
  waitedFor = (): Promise<number> => new Promise((resolve) => (this.tellWait = resolve));

  move(): void {
    this.position += 1n;
    for (const wake of this.waiting.splice(0)) wake();
  }
}

describe('a supervisor', () => {
  const readModels = new FakeReadModels();
  let tasks: readonly Task[];
  let complaints: { readonly task: string; readonly failures: number }[];
  let heard: () => void;
  let supervisor: Supervisor;

  beforeEach(() => {
    tasks = [];
    complaints = [];
    heard = () => undefined;
    readModels.trusted = true;
    const logger = {
      warn: (line: { task: string; failures: number }) => {
        complaints.push(line);
        heard();
      },
      error: () => undefined,
    } as unknown as Logger;
    const list = { name: 'list', projections: ['p'], due: () => tasks };
    supervisor = new Supervisor(list, readModels as unknown as ReadModels, new SetClock(), logger);
  });
  afterEach(async () => {
    await supervisor.stop();
    // Nobody is left waiting.
    readModels.move();
  });

  /** A task that tells when it was run, and is then no longer to be done. */
  const task = (key: string): { readonly task: Task; readonly done: Promise<void> } => {
    let tell = (): void => undefined;
    const done = new Promise<void>((resolve) => (tell = resolve));
    const run = async (): Promise<void> => {
      tasks = tasks.filter((other) => other.key !== key);
      tell();
    };
    return { task: { key, run }, done };
  };
  const failing = (key: string): Task => ({ key, run: () => Promise.reject(new Error('no')) });

  it('does what there is to do when it starts, and what comes when the read models move', async () => {
    const first = task('first');
    tasks = [first.task];
    supervisor.start();
    await first.done;
    const second = task('second');
    tasks = [second.task];
    readModels.move();
    await second.done;
  });

  it('goes on with the others when one fails, and tries that one again, later each time', async () => {
    const other = task('other');
    tasks = [failing('poison'), other.task];
    supervisor.start();
    await other.done;
    await new Promise<void>((resolve) => {
      heard = () => {
        if (complaints.length >= 3) resolve();
      };
    });
    expect(complaints.slice(0, 3)).toMatchObject([
      { task: 'poison', failures: 1 },
      { task: 'poison', failures: 2 },
      { task: 'poison', failures: 3 },
    ]);
  });

  it('rests when what had failed here is no longer to be done', async () => {
    const failed = new Promise<void>((resolve) => (heard = resolve));
    tasks = [failing('done elsewhere')];
    supervisor.start();
    await failed;
    await readModels.waitedFor();
    tasks = [];
    readModels.move();
    // Not just until it would have been tried again.
    expect(await readModels.waitedFor()).toBe(1_000);
  });

  it('does not act on read models that can not be trusted', async () => {
    readModels.trusted = false;
    let ran = false;
    tasks = [{ key: 'k', run: async () => void (ran = true) }];
    supervisor.start();
    readModels.move();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ran).toBe(false);
    readModels.trusted = true;
    const next = task('next');
    tasks = [next.task];
    readModels.move();
    await next.done;
  });

  it('finishes what is under way when it is stopped, and begins nothing new', async () => {
    let open = (): void => undefined;
    let arrive = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    let finished = false;
    tasks = [
      {
        key: 'slow',
        run: async () => {
          arrive();
          await opened;
          finished = true;
        },
      },
    ];
    supervisor.start();
    await arrived;
    const stopped = supervisor.stop();
    open();
    await stopped;
    expect(finished).toBe(true);
  });
});
