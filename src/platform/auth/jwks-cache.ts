import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { LruMap } from '../../event-store/lru-map.js';
import { IdentityUnavailable } from './authenticator.js';
import type { KeySet, SigningKey } from './key-set.js';

export interface JwksTimes {
  readonly refreshMs: number;
  /** Between two fetches: made-up key ids can't make us flood the identity provider. */
  readonly coolDownMs: number;
  /** How long a key id that the provider does not know is refused without asking again. */
  readonly unknownKidMs: number;
}

export const COOL_DOWN_MS = 1_000;
export const UNKNOWN_KID_MS = 30_000;
const MAX_UNKNOWN_KIDS = 1_000;
const MAX_KID_LENGTH = 256;

/**
 * The issuer's signing keys: loaded at start, refreshed in the background, replaced only by a good set, so that the last
 * one serves while the provider is away.
 *
 * A key id that is not in the set waits for the next fetch, together with all others that wait. So at most one fetch per
 * cool-down goes out, however many ids are made up, and a key that was rotated in meanwhile is still found.
 */
export class JwksCache {
  /** Changes with the keys: what was verified with an earlier set must be verified again. */
  version = 0;

  private readonly logger = new Logger(JwksCache.name);
  private readonly stopping = new AbortController();
  private readonly unknown = new LruMap<string, number>(MAX_UNKNOWN_KIDS);
  private set: KeySet | undefined;
  private running: Promise<boolean> | undefined;
  private next: Promise<boolean> | undefined;
  private lastFetchAt = -Infinity;
  private failing = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly fetchKeys: (signal: AbortSignal) => Promise<KeySet>,
    private readonly times: JwksTimes,
  ) {}

  /** The first load; whether it succeeds or not, refreshing goes on until {@link stop}. */
  async start(): Promise<void> {
    await this.refresh();
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  /** @throws IdentityUnavailable when no set could be loaded so far */
  async key(kid: string): Promise<SigningKey | undefined> {
    const known = this.set?.keys.get(kid);
    if (known !== undefined) return known;
    if (this.set === undefined) return this.keyOfFirstSet(kid);
    if (kid.length > MAX_KID_LENGTH) return undefined;
    if ((this.unknown.get(kid) ?? 0) > performance.now()) return undefined;
    const fetched = await this.nextFetch();
    const found = this.set.keys.get(kid);
    if (found === undefined && fetched) this.unknown.set(kid, performance.now() + this.times.unknownKidMs);
    return found;
  }

  /** Fetches now, or waits for the fetch under way. Resolves with whether it succeeded; never rejects. */
  refresh(): Promise<boolean> {
    this.running ??= this.fetchOnce().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  /** Without any set nobody is kept waiting for the cool-down: the answer is the same for every key. */
  private async keyOfFirstSet(kid: string): Promise<SigningKey | undefined> {
    if (this.running !== undefined || this.coolDown() <= 0) await this.refresh();
    if (this.set === undefined) throw new IdentityUnavailable('the signing keys could not be loaded so far');
    return this.set.keys.get(kid);
  }

  /** The next fetch that starts after this call, shared by all who wait for it. */
  private nextFetch(): Promise<boolean> {
    this.next ??= (async () => {
      for (;;) {
        await this.running;
        const wait = this.coolDown();
        if (wait <= 0 || this.stopping.signal.aborted) break;
        await sleep(wait, undefined, { signal: this.stopping.signal }).catch(() => {});
      }
      this.next = undefined;
      return this.refresh();
    })();
    return this.next;
  }

  private coolDown(): number {
    return this.lastFetchAt + this.times.coolDownMs - performance.now();
  }

  private async fetchOnce(): Promise<boolean> {
    this.lastFetchAt = performance.now();
    try {
      const fetched = await this.fetchKeys(this.stopping.signal);
      if (fetched.fingerprint !== this.set?.fingerprint) {
        this.set = fetched;
        this.version++;
        this.logger.log(`signing keys loaded: ${[...fetched.keys.keys()].join(', ')}`);
      } else if (this.failing) this.logger.log('signing keys can be fetched again');
      this.failing = false;
      return true;
    } catch (error) {
      if (!this.failing && !this.stopping.signal.aborted)
        this.logger.warn(`signing keys could not be fetched: ${String(error)}`);
      this.failing = true;
      return false;
    }
  }

  private schedule(): void {
    if (this.stopping.signal.aborted) return;
    const { refreshMs, coolDownMs } = this.times;
    const delay = this.set === undefined ? Math.min(refreshMs, coolDownMs) : refreshMs;
    this.timer = setTimeout(() => void this.refresh().then(() => this.schedule()), delay).unref();
  }
}
