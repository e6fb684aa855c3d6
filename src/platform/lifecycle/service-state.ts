/** Whether the process still takes new requests. */
export class ServiceState {
  private readonly listeners: (() => void)[] = [];
  private isStopping = false;

  get stopping(): boolean {
    return this.isStopping;
  }

  /** Called at the moment when the process is told to stop: answers that would go on for ever have to end then. */
  onStop(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** From here on `/readyz` says 503 and new requests are refused; those under way are finished. */
  stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    for (const listener of this.listeners) listener();
  }
}
