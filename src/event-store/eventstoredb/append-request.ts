import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams, { type BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { EncodedEvent } from '../append-limits.js';
import type { ExpectedRevision } from '../event-store.js';

/** The append as the store takes it. `id` tells its answer from others. */
export const toRequest = (
  id: string,
  stream: string,
  events: readonly EncodedEvent[],
  expected: ExpectedRevision,
): BatchAppendReq =>
  new streams.BatchAppendReq()
    .setCorrelationId(uuid(id))
    .setOptions(options(stream, expected))
    .setProposedMessagesList(events.map(message))
    .setIsFinal(true);

/**
 * Without a deadline: it would be a time of day, and one of our clocks that is a few seconds behind the server's would make
 * the server refuse every append. It has a limit of its own.
 */
const options = (stream: string, expected: ExpectedRevision): BatchAppendReq.Options => {
  const made = new streams.BatchAppendReq.Options().setStreamIdentifier(
    new shared.StreamIdentifier().setStreamName(Buffer.from(stream)),
  );
  // The types name Google's own empty message here, the client gives this one, and on the wire they are the same.
  const nothing = new shared.Empty();
  switch (expected) {
    case 'no-stream':
      return made.setNoStream(nothing);
    case 'stream-exists':
      return made.setStreamExists(nothing);
    case 'any':
      return made.setAny(nothing);
    default:
      return made.setStreamPosition(String(expected));
  }
};

const message = ({ id, type, data, metadata }: EncodedEvent): BatchAppendReq.ProposedMessage => {
  const made = new streams.BatchAppendReq.ProposedMessage()
    .setId(uuid(id))
    .setData(Buffer.from(data))
    .setCustomMetadata(Buffer.from(metadata));
  made.getMetadataMap().set('type', type).set('content-type', 'application/json');
  return made;
};

const uuid = (text: string) => new shared.UUID().setString(text);
