/** Wakes those who wait for the log to grow, inside this process. */
export class CommitSignal {
  private readonly waiting = new Set<() => void>();

  /** Resolves at the next {@link notify} or when `signal` aborts. */
  next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = (): void => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  notify(): void {
    for (const wake of this.waiting) wake();
  }
}
