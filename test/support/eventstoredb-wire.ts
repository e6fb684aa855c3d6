import { randomUUID } from 'node:crypto';
import shared, { type UUID } from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams, {
  type BatchAppendReq,
  type BatchAppendResp,
  type ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import anys from 'google-protobuf/google/protobuf/any_pb.js';
import type {
  AppendResult,
  EventData,
  ExpectedRevision,
  NewEvent,
  RecordedEvent,
} from '../../src/event-store/event-store.js';
import type { EventMetadata } from '../../src/event-store/event-metadata.js';

/** Messages of the protocol, from and to what the log under the test server takes. */

/** As in a real store, where positions count bytes, most numbers are no position. */
const STEP = 100n;

export const toWirePosition = (position: bigint): bigint => position * STEP;
/** `undefined`: no event begins there. */
export const fromWirePosition = (position: bigint): bigint | undefined =>
  position % STEP === 0n ? position / STEP : undefined;

export const textOf = (bytes: Uint8Array | string): string => Buffer.from(bytes as Uint8Array).toString();
export const idOf = (uuid: UUID | undefined): string => uuid?.getString() ?? '';
const toUuid = (id: string): UUID => new shared.UUID().setString(id);
const toStreamName = (name: string) => new shared.StreamIdentifier().setStreamName(Buffer.from(name));

export const toNewEvent = (message: BatchAppendReq.ProposedMessage): NewEvent => ({
  id: idOf(message.getId()),
  type: message.getMetadataMap().get('type') ?? '',
  data: JSON.parse(textOf(message.getData_asU8())) as EventData,
  metadata: JSON.parse(textOf(message.getCustomMetadata_asU8())) as EventMetadata,
});

export const expectedOf = (options: BatchAppendReq.Options): ExpectedRevision => {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no-stream';
  return options.hasStreamExists() ? 'stream-exists' : BigInt(options.getStreamPosition());
};

export const written = (
  id: string,
  stream: string,
  { revision, position }: AppendResult,
): BatchAppendResp => {
  const at = String(toWirePosition(position));
  return answer(id, stream).setSuccess(
    new streams.BatchAppendResp.Success()
      .setCurrentRevision(String(revision))
      .setPosition(new shared.AllStreamPosition().setCommitPosition(at).setPreparePosition(at)),
  );
};

export const conflicted = (id: string, stream: string, actual: bigint | 'no-stream'): BatchAppendResp => {
  const wrong = new shared.WrongExpectedVersion();
  if (actual === 'no-stream') wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentStreamRevision(String(actual));
  return refused(id, stream, 'WrongExpectedVersion', wrong.serializeBinary());
};

/** `kind`: a message of the protocol, or Google's empty one for a server that is not ready. */
export const refused = (
  id: string,
  stream: string,
  kind: string,
  body: Uint8Array = new Uint8Array(),
): BatchAppendResp => {
  const details = new anys.Any();
  details.pack(body, kind === 'NotReady' ? 'google.protobuf.Empty' : `event_store.client.${kind}`);
  return answer(id, stream).setError(new statuses.Status().setMessage(kind).setDetails(details));
};

const answer = (id: string, stream: string): BatchAppendResp =>
  new streams.BatchAppendResp().setCorrelationId(toUuid(id)).setStreamIdentifier(toStreamName(stream));

export const eventFound = (event: RecordedEvent): ReadResp => {
  const position = String(toWirePosition(event.position));
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(toUuid(event.id))
    .setStreamIdentifier(toStreamName(event.stream))
    .setStreamRevision(String(event.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(Buffer.from(JSON.stringify(event.data)))
    .setCustomMetadata(Buffer.from(JSON.stringify(event.metadata)));
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', 'application/json')
    .set('created', '0');
  return new streams.ReadResp().setEvent(
    new streams.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position),
  );
};

export const streamNotFound = (name: string): ReadResp =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(toStreamName(name)),
  );

export const subscribed = (): ReadResp =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID()),
  );

export const passed = (position: bigint): ReadResp => {
  const at = String(toWirePosition(position));
  return new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint().setCommitPosition(at).setPreparePosition(at),
  );
};
