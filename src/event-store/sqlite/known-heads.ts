import { LruMap } from '../lru-map.js';

const MAX_STREAMS = 20_000;

/**
 * The last revisions of the streams touched last, -1 for a stream that has no event. This process is the log's only
 * writer, so what it was told of a stream stays true until it is told more. It spares the look into the file by which
 * every command makes sure that its folded state is the latest: after each commit SQLite forgets the pages it had read.
 */
export class KnownHeads {
  private readonly heads = new LruMap<string, bigint>(MAX_STREAMS);

  /** Answers may be told late and out of order; a stream only grows. */
  saw(stream: string, revision: bigint): void {
    const known = this.heads.get(stream);
    if (known === undefined || revision > known) this.heads.set(stream, revision);
  }

  /** Known to have no event at this revision or after it. */
  endsBefore(stream: string, revision: bigint): boolean {
    const known = this.heads.get(stream);
    return known !== undefined && known < revision;
  }
}
