/** At most `capacity` entries; the least recently used goes first. */
export class LruMap<Key, Value> {
  private readonly entries = new Map<Key, Value>();
  private newest: Key | undefined;

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: Key): Value | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    // Moving the newest to the end would change nothing and cost the most: a small table is rebuilt every few moves.
    if (key !== this.newest) this.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    this.newest = key;
    if (this.entries.size <= this.capacity) return;
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest);
      return;
    }
  }

  delete(key: Key): void {
    if (key === this.newest) this.newest = undefined;
    this.entries.delete(key);
  }

  clear(): void {
    this.newest = undefined;
    this.entries.clear();
  }
}
