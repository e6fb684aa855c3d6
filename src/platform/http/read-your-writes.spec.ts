import { describe, expect, it } from '@jest/globals';
import {
  ProjectionFailed,
  ReadModelBehind,
  type ProjectionStatus,
  type ReadModels,
} from '../../projections/projection.js';
import { ReadYourWrites } from './read-your-writes.js';

type Wait = ReadModels['waitFor'];

const status = (name: string, state: ProjectionStatus['state']): ProjectionStatus => ({
  name,
  version: 1,
  position: 0n,
  lag: 0n,
  state,
});

/** What was waited for, and how it ended; `waits` answers one wait after the other. */
const settle = async (...waits: (() => Promise<void>)[]) => {
  const asked: (readonly string[] | undefined)[] = [];
  const waitFor: Wait = (_, { projections }) => {
    asked.push(projections);
    return (waits.shift() ?? (() => Promise.reject(new Error('one wait too many'))))();
  };
  const readModels = {
    position: 7n,
    waitFor,
    status: () => [
      status('deployments', 'failed'),
      status('directory', 'live'),
      status('audit', 'catchingUp'),
    ],
  };
  const passed = await new ReadYourWrites(readModels as unknown as ReadModels).settle(8n);
  return { passed, asked };
};

const failure = new ProjectionFailed('deployments', { position: 8n, eventType: null, message: 'x' });

describe('waiting for the read models after a write', () => {
  it('ends when all of them got there', async () => {
    expect(await settle(() => Promise.resolve())).toStrictEqual({ passed: true, asked: [undefined] });
  });

  it('ends without them when they take too long', async () => {
    const late = (): Promise<void> => Promise.reject(new ReadModelBehind(8n));
    expect(await settle(late)).toStrictEqual({ passed: false, asked: [undefined] });
  });

  it('goes on for the others when one has stopped, and says that not all got there', async () => {
    const stopped = (): Promise<void> => Promise.reject(failure);
    let release = (): void => undefined;
    const others = (): Promise<void> => new Promise((resolve) => (release = resolve));
    let ended = false;
    const settled = settle(stopped, others).finally(() => (ended = true));
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    release();
    expect(await settled).toStrictEqual({ passed: false, asked: [undefined, ['directory', 'audit']] });
  });

  it('is over when the others stop as well', async () => {
    const stopped = (): Promise<void> => Promise.reject(failure);
    expect(await settle(stopped, stopped)).toMatchObject({ passed: false });
  });
});
