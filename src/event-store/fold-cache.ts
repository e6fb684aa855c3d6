import { LruMap } from './lru-map.js';

/**
 * Folded states of the streams used last. One stream is folded by one decider as a rule, so the cache keeps one state
 * per stream, and the name of its fold with it: another decider's state is never handed out.
 */
export class FoldCache {
  private readonly entries: LruMap<string, { readonly fold: string; readonly value: unknown }>;

  constructor(capacity: number) {
    this.entries = new LruMap(capacity);
  }

  get<Value>(stream: string, fold: string): Value | undefined {
    const entry = this.entries.get(stream);
    return entry?.fold === fold ? (entry.value as Value) : undefined;
  }

  set(stream: string, fold: string, value: unknown): void {
    this.entries.set(stream, { fold, value });
  }

  delete(stream: string): void {
    this.entries.delete(stream);
  }
}
