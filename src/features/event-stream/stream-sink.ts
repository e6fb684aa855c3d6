/** Where a stream goes. */
export interface StreamSink {
  /** Takes it in any case. False: it is not yet on its way, and no more should come before {@link drained}. */
  write(data: Buffer | string): boolean;
  /** Resolves when what was written is on its way, or `signal` aborts. */
  drained(signal: AbortSignal): Promise<void>;
  /** The last words. What has not gone out soon after is thrown away. */
  end(data: string): void;
}
