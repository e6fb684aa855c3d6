import { Metadata, status, type ServerDuplexStream } from '@grpc/grpc-js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { EventStore, RevisionConflict } from '../../src/event-store/event-store.js';
import type { Faults } from './eventstoredb-faults.js';
import { conflicted, expectedOf, idOf, refused, textOf, toNewEvent, written } from './eventstoredb-wire.js';

export type AppendCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

export interface AppendContext {
  readonly log: EventStore;
  readonly faults: Faults;
  readonly cutConnections: () => void;
}

/** Serves one stream of appends: each is carried out when its last part is here, and answered when it is durable. */
export const serveAppends = (call: AppendCall, { log, faults, cutConnections }: AppendContext): void => {
  const parts = new Map<string, BatchAppendReq[]>();
  call.on('data', (part: BatchAppendReq) => {
    const id = idOf(part.getCorrelationId());
    const request = [...(parts.get(id) ?? []), part];
    parts.set(id, request);
    if (!part.getIsFinal()) return;
    parts.delete(id);
    void serveOne(id, request);
  });
  call.on('end', () => call.end());
  call.on('error', () => undefined);

  const serveOne = async (id: string, request: readonly BatchAppendReq[]): Promise<void> => {
    const options = request[0]?.getOptions();
    if (options === undefined) return;
    if (faults.leaderElsewhere !== undefined) return failNotLeader(call, faults);
    if (faults.endNextAppendStream) {
      faults.endNextAppendStream = false;
      call.end();
      return;
    }
    const stream = textOf(options.getStreamIdentifier()?.getStreamName_asU8() ?? '');
    const refusal = faults.refusals.shift();
    if (refusal !== undefined) return void call.write(refused(id, stream, refusal));
    const events = request.flatMap((part) => part.getProposedMessagesList()).map(toNewEvent);
    const carryOut = (): Promise<BatchAppendResp> =>
      log.append(stream, events, expectedOf(options)).then(
        (result) => written(id, stream, result),
        (error: Error) =>
          error.name === 'RevisionConflict'
            ? conflicted(id, stream, (error as RevisionConflict).actual)
            : refused(id, stream, error.name === 'AppendTooLarge' ? 'MaximumAppendSizeExceeded' : 'Unknown'),
      );
    if (faults.appends === 'ignored') return void faults.ignored.push(carryOut);
    const answer = await carryOut();
    if (faults.loseNextAnswer) {
      faults.loseNextAnswer = false;
      cutConnections();
    } else if (faults.appends === 'answered' && !call.cancelled) call.write(answer);
  };
};

const failNotLeader = (call: AppendCall, faults: Faults): void => {
  const metadata = new Metadata();
  metadata.set('exception', 'not-leader');
  metadata.set('leader-endpoint-host', '127.0.0.1');
  metadata.set('leader-endpoint-port', String(faults.leaderElsewhere));
  call.emit('error', { code: status.NOT_FOUND, details: 'Leader info available', metadata });
};
