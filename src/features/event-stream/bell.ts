/** Wakes all who wait. */
export class Bell {
  private readonly waiting = new Set<() => void>();

  /** Resolves at the next {@link ring}, or when `signal` aborts. */
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

  ring(): void {
    for (const wake of this.waiting) wake();
  }
}
