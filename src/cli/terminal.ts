/** For people: standard output may carry data. */
export const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** Says once a second how it goes, until `task` has ended. */
export const withProgress = async <Result>(
  task: () => Promise<Result>,
  progress: () => string,
): Promise<Result> => {
  const timer = setInterval(() => tell(`  ${progress()}`), 1000);
  try {
    return await task();
  } finally {
    clearInterval(timer);
  }
};

export const percent = (done: number): string =>
  `${Math.floor(done * 100)
    .toFixed(0)
    .padStart(3)} %`;

/** Counts from its making on. */
export class Pace {
  private readonly started = performance.now();

  of(events: number): string {
    const seconds = (performance.now() - this.started) / 1000;
    return `${events} events in ${seconds.toFixed(1)} s, ${Math.round(events / Math.max(seconds, 0.001))} events/s`;
  }
}

/** The one argument of a command. Ends the process with the usage when it isn't exactly one. */
export const onlyArgument = (usage: string): string => {
  const [argument, ...more] = process.argv.slice(2);
  if (argument === undefined || argument === '' || more.length > 0) {
    tell(`usage: ${usage}`);
    process.exit(2);
  }
  return argument;
};

/** Runs a command; what it throws becomes one line and a status of 1. */
export const runCommand = async (failure: string, command: () => Promise<void>): Promise<void> => {
  try {
    await command();
  } catch (error) {
    tell(`${failure}: ${(error as Error).message}`);
    process.exitCode = 1;
  }
};
