import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { openLogForWriting } from './log-schema.js';
import { LogWriter } from './log-writer.js';
import type { AppendRequest, WriterReply, WriterRequest, WriterStart } from './writer-protocol.js';

/** Events in one transaction at most, give or take one message: bounds how long the first caller waits for the last. */
const MAX_BATCH_EVENTS = 1_000;

const { file, port, posted } = workerData as WriterStart;
const reply = (message: WriterReply): void => port.postMessage(message);

const start = (): LogWriter | undefined => {
  try {
    return new LogWriter(openLogForWriting(file));
  } catch (error) {
    reply({ kind: 'refused', reason: messageOf(error) });
    return undefined;
  }
};

/**
 * Waits on shared memory and takes messages by hand instead of by event: the thread then wakes without a turn of its event
 * loop (a tenth of the time of an append), and sees everything that has queued up, to commit it together.
 */
const serve = (writer: LogWriter): void => {
  for (;;) {
    const seen = Atomics.load(posted, 0);
    const { appends, close } = drain();
    if (appends.length > 0) write(writer, appends);
    else if (!close) Atomics.wait(posted, 0, seen);
    if (close) return;
  }
};

const drain = (): { appends: AppendRequest[]; close: boolean } => {
  const appends: AppendRequest[] = [];
  let events = 0;
  while (events < MAX_BATCH_EVENTS) {
    const received = receiveMessageOnPort(port) as { message: WriterRequest } | undefined;
    if (received === undefined) break;
    if (received.message === 'close') return { appends, close: true };
    for (const append of received.message) {
      appends.push(append);
      events += append.events.length;
    }
  }
  return { appends, close: false };
};

const write = (writer: LogWriter, appends: readonly AppendRequest[]): void => {
  try {
    const answers = writer.write(appends);
    reply({ kind: 'committed', head: writer.head, answers });
  } catch (error) {
    reply({ kind: 'failed', reason: messageOf(error), appends: appends.length });
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const writer = start();
if (writer !== undefined) {
  reply({ kind: 'ready', head: writer.head });
  serve(writer);
  writer.close();
  reply({ kind: 'closed' });
}
