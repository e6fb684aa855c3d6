/** Whether the process still takes new requests. */
export class ServiceState {
  private isStopping = false;

  get stopping(): boolean {
    return this.isStopping;
  }

  /** From here on `/readyz` says 503 and new requests are refused; those under way are finished. */
  stop(): void {
    this.isStopping = true;
  }
}
