import { describe, expect, it } from '@jest/globals';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams, { type ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import fc from 'fast-check';
import { readResponse, type StoredEvent } from './read-response.js';

const { ReadEvent, Checkpoint, StreamNotFound, SubscriptionConfirmation, CaughtUp } = streams.ReadResp;

const read = (response: ReadResp) => readResponse(Buffer.from(response.serializeBinary()));

/** As the client's own classes write it. */
const recorded = ({ id, stream, revision, position, type, isJson, data, metadata }: StoredEvent) => {
  const event = new ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(id))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)))
    .setStreamRevision(String(revision))
    .setPreparePosition('7')
    .setCommitPosition(String(position ?? 2n ** 64n - 1n))
    .setData(Buffer.from(data))
    .setCustomMetadata(Buffer.from(metadata));
  event
    .getMetadataMap()
    .set('created', '638675712000000000')
    .set('type', type)
    .set('content-type', isJson ? 'application/json' : 'application/octet-stream');
  return event;
};

const number = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const text = fc.string({ unit: 'binary', maxLength: 300 }).map((value) => Buffer.from(value).toString());
const events: fc.Arbitrary<StoredEvent> = fc.record({
  id: fc.uuid(),
  stream: text,
  revision: number,
  position: fc.option(number, { nil: undefined }),
  type: text,
  isJson: fc.boolean(),
  data: text,
  metadata: text,
});

const anEvent: StoredEvent = {
  id: '6f1d9b7e-4a54-4b55-9d3e-0f6c2f1f6a55',
  stream: 'deployment-1',
  revision: 3n,
  position: 4_711n,
  type: 'RolesReplaced',
  isJson: true,
  data: '{}',
  metadata: '{}',
};

describe('an answer of Streams/Read', () => {
  it('with an event is read as the protocol writes it', () =>
    fc.assert(
      fc.property(events, (event) => {
        const response = new streams.ReadResp().setEvent(new ReadEvent().setEvent(recorded(event)));
        expect(read(response)).toEqual({ kind: 'event', event });
      }),
    ));

  it('gives an id back as text also when it came as two halves', () => {
    const halves = new shared.UUID.Structured()
      .setMostSignificantBits(String(BigInt.asIntN(64, 0xf0e1d2c3b4a54b55n)))
      .setLeastSignificantBits(String(BigInt.asIntN(64, 0x9d3e0f6c2f1f6a55n)));
    const event = recorded(anEvent).setId(new shared.UUID().setStructured(halves));
    expect(read(new streams.ReadResp().setEvent(new ReadEvent().setEvent(event)))).toEqual({
      kind: 'event',
      event: { ...anEvent, id: 'f0e1d2c3-b4a5-4b55-9d3e-0f6c2f1f6a55' },
    });
  });

  it('with the first event of a log, whose place and revision are 0, says so', () => {
    const event = { ...anEvent, position: 0n, revision: 0n };
    const response = new streams.ReadResp().setEvent(new ReadEvent().setEvent(recorded(event)));
    expect(read(response)).toEqual({ kind: 'event', event });
  });

  it('is read past what is not looked at', () => {
    const event = new ReadEvent()
      .setEvent(recorded(anEvent))
      .setLink(recorded({ ...anEvent, stream: '$links' }))
      .setCommitPosition('9');
    expect(read(new streams.ReadResp().setEvent(event))).toEqual({ kind: 'event', event: anEvent });
  });

  it.each([
    [
      'a checkpoint',
      new streams.ReadResp().setCheckpoint(
        new Checkpoint().setCommitPosition('9007199254740993').setPreparePosition('1'),
      ),
      { kind: 'checkpoint', position: 9_007_199_254_740_993n },
    ],
    [
      'the confirmation of a subscription',
      new streams.ReadResp().setConfirmation(new SubscriptionConfirmation().setSubscriptionId('s')),
      { kind: 'confirmation' },
    ],
    [
      'that there is no such stream',
      new streams.ReadResp().setStreamNotFound(
        new StreamNotFound().setStreamIdentifier(
          new shared.StreamIdentifier().setStreamName(Buffer.from('x')),
        ),
      ),
      { kind: 'streamNotFound' },
    ],
    ['that the end is reached', new streams.ReadResp().setCaughtUp(new CaughtUp()), { kind: 'other' }],
    ['a number of a revision', new streams.ReadResp().setLastStreamPosition('7'), { kind: 'other' }],
    [
      'an event of which only a link is left',
      new streams.ReadResp().setEvent(new ReadEvent()),
      { kind: 'other' },
    ],
    ['nothing', new streams.ReadResp(), { kind: 'other' }],
  ])('tells %s', (_what, response, expected) => {
    expect(read(response)).toEqual(expected);
  });

  it('that was cut off is refused', () => {
    const whole = new streams.ReadResp()
      .setEvent(new ReadEvent().setEvent(recorded(anEvent)))
      .serializeBinary();
    for (let length = 1; length < whole.length; length++) {
      expect(() => readResponse(Buffer.from(whole.subarray(0, length)))).toThrow();
    }
  });
});
