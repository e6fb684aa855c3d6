import type { EncodedEvent } from '../append-limits.js';

/** One append on its way to the writer; revisions fit a number, -1 stands for "no event". */
export interface AppendRequest {
  readonly stream: string;
  readonly expected: number | 'stream-exists' | 'any';
  readonly events: readonly EncodedEvent[];
}

/** Revision and position of the append's last event, or where the stream stands instead. */
export type AppendAnswer =
  | {
      readonly revision: number;
      readonly position: number;
      /** Written before: later events may follow. */
      readonly repeated: boolean;
    }
  | { readonly conflict: number };

/** To the writer: appends in order, or the wish to end. */
export type WriterRequest = readonly AppendRequest[] | 'close';

/** From the writer. A `committed` or `failed` answers the oldest requests that have no answer yet, as one batch. */
export type WriterReply =
  | { readonly kind: 'ready'; readonly head: number }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'committed'; readonly head: number; readonly answers: readonly AppendAnswer[] }
  | { readonly kind: 'failed'; readonly reason: string; readonly appends: number }
  | { readonly kind: 'closed' };

export interface WriterStart {
  readonly file: string;
  readonly port: import('node:worker_threads').MessagePort;
  /** One Int32 that rises, with a notify, whenever something was posted to the port. */
  readonly posted: Int32Array<SharedArrayBuffer>;
}
