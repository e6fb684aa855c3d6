import { EventStoreDBClient, jsonEvent, NO_STREAM, START } from '@eventstore/db-client';
import type { NewEvent } from '../../src/event-store/event-store.js';

/** The floor of every row on EventStoreDB: its own client, used as its documentation shows. */
export class BareClient {
  private readonly client: EventStoreDBClient;

  constructor(url: string) {
    this.client = EventStoreDBClient.connectionString(url);
  }

  /** `revision` is the stream's, -1 before its first event. @returns it after the append */
  async append(stream: string, { id, type, data, metadata }: NewEvent, revision: bigint): Promise<bigint> {
    const { nextExpectedRevision } = await this.client.appendToStream(
      stream,
      jsonEvent({ id, type, data: { ...data }, metadata: { ...metadata } }),
      { expectedRevision: revision < 0n ? NO_STREAM : revision },
    );
    return nextExpectedRevision;
  }

  /** Reads the whole log from a position on. @returns how many events there were, of whomever */
  async readAll(from: bigint): Promise<number> {
    let count = 0;
    const fromPosition = from < 0n ? START : { commit: from, prepare: from };
    for await (const { event } of this.client.readAll({ fromPosition })) if (event !== undefined) count++;
    return count;
  }

  close(): Promise<void> {
    return this.client.dispose();
  }
}
