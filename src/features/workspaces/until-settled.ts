import { RaceLost } from '../../event-store/decider-runner.js';

/** A race that was lost more often than this is none: something else is wrong, and whoever asked may try again later. */
const MOST_ROUNDS = 50;

/** Nobody who asks for a workspace is told that others were faster: a command is decided again until it is settled. */
export const untilSettled = async <Result>(decide: () => Promise<Result>): Promise<Result> => {
  for (let round = 1; ; round++) {
    try {
      return await decide();
    } catch (error) {
      if (!(error instanceof RaceLost) || round === MOST_ROUNDS) throw error;
    }
  }
};
