/** Lets a few tasks run at a time; the others wait in order of arrival. */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly atOnce: number) {}

  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.running >= this.atOnce) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await task();
    } finally {
      // Whoever is next takes over the turn.
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }
}
