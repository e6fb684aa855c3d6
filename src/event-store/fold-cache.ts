interface Entry {
  readonly fold: string;
  readonly value: unknown;
}

/** Folded states of the streams written last, at most `capacity`; the least recently used goes first. */
export class FoldCache {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly capacity: number) {}

  get<Value>(stream: string, fold: string): Value | undefined {
    const entry = this.entries.get(stream);
    if (entry?.fold !== fold) return undefined;
    this.entries.delete(stream);
    this.entries.set(stream, entry);
    return entry.value as Value;
  }

  set(stream: string, fold: string, value: unknown): void {
    this.entries.delete(stream);
    this.entries.set(stream, { fold, value });
    if (this.entries.size <= this.capacity) return;
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest);
      return;
    }
  }

  delete(stream: string): void {
    this.entries.delete(stream);
  }
}
