import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { readAnswer, readUuid, unknownOutcome, type AppendAnswer } from './append-answer.js';

type Resolve = (answer: AppendAnswer) => void;

/**
 * The one stream that carries all appends of a client, with their answers.
 *
 * The client has its own way to use it, which keeps the waiting calls of all clients in one table: an answer that comes
 * after another client's stream has failed finds no entry there and throws where nobody can catch it, which ends the process;
 * and an append whose answer never comes stays there for ever. Here each stream knows its own, and every append gets an
 * answer: when the stream goes, that its outcome is unknown.
 */
export class BatchAppendStream {
  private readonly waiting = new Map<string, Resolve>();
  private lastAnswer = 0;
  private over: string | undefined;

  constructor(private readonly call: ClientDuplexStream<BatchAppendReq, BatchAppendResp>) {
    call.on('data', (answer: BatchAppendResp) => this.receive(answer));
    call.on('error', (error: Error) => this.end(error.message));
    // The server says that no more answers will come.
    call.on('end', () => this.cancel('the event store has ended the stream of appends'));
  }

  get usable(): boolean {
    return this.over === undefined;
  }

  /** Whether the server has answered anything since then, as `performance.now()` counts. */
  answeredSince(time: number): boolean {
    return this.lastAnswer >= time;
  }

  /** What becomes of this request, known by its correlation id. Waits for as long as the stream lives. */
  send(id: string, request: BatchAppendReq): Promise<AppendAnswer> {
    return new Promise((resolve) => {
      if (this.over !== undefined) return resolve(unknownOutcome(this.over));
      this.waiting.set(id, resolve);
      // Whether the buffer is full does not matter here: how much may wait is bounded before.
      this.call.write(request);
    });
  }

  /** Nobody waits for this one any more. */
  forget(id: string): void {
    this.waiting.delete(id);
  }

  cancel(reason: string): void {
    this.end(reason);
    this.call.cancel();
    // Where the server has ended its half there is nothing to cancel, and only this frees the rest.
    this.call.destroy();
  }

  private receive(response: BatchAppendResp): void {
    this.lastAnswer = performance.now();
    const id = readUuid(response.getCorrelationId());
    const resolve = this.waiting.get(id);
    this.waiting.delete(id);
    resolve?.(readAnswer(response));
  }

  private end(reason: string): void {
    this.over ??= reason;
    const left = [...this.waiting.values()];
    this.waiting.clear();
    for (const resolve of left) resolve(unknownOutcome(this.over));
  }
}
