/** Wakes those who wait for news of the log, inside this process. */
export class CommitSignal {
  private readonly waiting = new Set<() => void>();

  /** Resolves at the next {@link notify}, when `signal` aborts or when the time is over. */
  next(signal: AbortSignal, timeoutMs?: number): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs);
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  notify(): void {
    for (const wake of this.waiting) wake();
  }
}
