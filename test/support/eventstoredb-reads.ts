import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { status, type ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { EventStore, RecordedEvent } from '../../src/event-store/event-store.js';
import type { Faults } from './eventstoredb-faults.js';
import {
  eventFound,
  fromWirePosition,
  passed,
  streamNotFound,
  subscribed,
  textOf,
} from './eventstoredb-wire.js';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

export interface ReadContext {
  readonly log: EventStore;
  readonly faults: Faults;
  readonly cutConnections: () => void;
  readonly sent: () => void;
}

/** Events that a filter leaves out between two words on how far it has come. */
const CHECKPOINT_EVERY = 32;

const FLUSH_MS = 10;

/** The status that a real server gives when it can't read from a position. */
class Unreadable extends Error {
  readonly code = status.UNKNOWN;
}

/** Serves one read or subscription, as fast as the other side takes it. */
export const serveRead = async (call: ReadCall, context: ReadContext): Promise<void> => {
  if (context.faults.readsHang) return;
  const ending = new AbortController();
  call.on('cancelled', () => ending.abort());
  call.on('error', () => undefined);
  try {
    const options = call.request.getOptions() as ReadReq.Options;
    if (options.hasSubscription()) await serveSubscription(call, context, options, ending.signal);
    else {
      for await (const message of found(context.log, options)) {
        if (ending.signal.aborted) return;
        await send(call, context, message, ending.signal);
      }
      call.end();
    }
  } catch (error) {
    const { code = status.UNAVAILABLE, message } = error as { code?: status; message: string };
    call.emit('error', { code, details: message });
  }
};

async function* found(log: EventStore, options: ReadReq.Options): AsyncGenerator<ReadResp> {
  const direction = options.getReadDirection() === 1 ? 'backwards' : 'forwards';
  const limit = Number(options.getCount());
  const stream = options.getStream();
  if (stream !== undefined) {
    const name = textOf(stream.getStreamIdentifier()?.getStreamName_asU8() ?? '');
    const from = stream.hasRevision() ? { from: BigInt(stream.getRevision()) } : {};
    const [first] = await take(log.readStream(name, { limit: 1 }));
    if (first === undefined) yield streamNotFound(name);
    for await (const event of log.readStream(name, { ...from, direction, limit })) yield eventFound(event);
    return;
  }
  const all = options.getAll();
  if (
    all?.hasEnd() === true ? direction === 'forwards' : all?.hasStart() === true && direction === 'backwards'
  )
    return;
  const place =
    all?.hasPosition() === true ? BigInt(all.getPosition()?.getCommitPosition() ?? '0') : undefined;
  const position = place === undefined ? {} : { after: await positionFor(log, place, direction) };
  for await (const event of log.readAll({ ...position, direction, limit })) yield eventFound(event);
}

/** Forwards an event's own position is included, backwards not; backwards from beyond the end is refused. */
const positionFor = async (log: EventStore, place: bigint, direction: string): Promise<bigint> => {
  const position = fromWirePosition(place);
  const head = await log.head();
  const beyond = place / 100n > head;
  if (direction === 'forwards' && beyond) return head;
  if (position === undefined || beyond) throw new Unreadable('Unexpected ReadAllResult: Error');
  return direction === 'forwards' ? position - 1n : position;
};

const serveSubscription = async (
  call: ReadCall,
  context: ReadContext,
  options: ReadReq.Options,
  signal: AbortSignal,
): Promise<void> => {
  const { log } = context;
  const all = options.getAll();
  const place = all?.hasPosition() === true ? BigInt(all.getPosition()?.getCommitPosition() ?? '0') : 0n;
  const after = fromWirePosition(place);
  if (after === undefined && place / 100n <= (await log.head()))
    throw new Unreadable('Exception was thrown by handler.');
  const regex = options.getFilter()?.getEventType()?.getRegex();
  const passes = regex === undefined ? /^/ : new RegExp(regex);
  call.write(subscribed());
  let leftOut = 0;
  for await (const { events } of log.subscribeToAll({ after: after ?? (await log.head()), signal })) {
    for (const event of events) {
      if (signal.aborted) return;
      if (passes.test(event.type)) await send(call, context, eventFound(event), signal);
      else if (++leftOut % CHECKPOINT_EVERY === 0) await send(call, context, passed(event.position), signal);
    }
  }
};

const send = async (
  call: ReadCall,
  context: ReadContext,
  message: ReadResp,
  signal: AbortSignal,
): Promise<void> => {
  const { faults } = context;
  if (message.hasEvent()) {
    context.sent();
    if (faults.cutReadsAfter-- === 0) {
      faults.cutReadsAfter = Infinity;
      // A reset also takes what is still on its way; without this some would never get anywhere.
      await pause(FLUSH_MS);
      context.cutConnections();
    }
  }
  if (!call.write(message) && !signal.aborted) {
    await once(call, 'drain', { signal }).catch(() => undefined);
  }
};

const take = async (events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> => {
  const taken: RecordedEvent[] = [];
  for await (const event of events) taken.push(event);
  return taken;
};
