import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams, { type ReadReq } from '@eventstore/db-client/generated/streams_pb.js';

export type Direction = 'forwards' | 'backwards';
export type Place = bigint | 'start' | 'end';

/** Every event whose type does not begin with `$`: those are the store's own. */
const NOT_THE_STORES_OWN = '^[^$].*';

interface Selection {
  readonly direction: Direction;
  readonly count?: number | undefined;
}

/** Events of a stream from a revision on, inclusive. */
export const readStreamRequest = (name: string, from: Place, selection: Selection): ReadReq => {
  const stream = new streams.ReadReq.Options.StreamOptions().setStreamIdentifier(
    new shared.StreamIdentifier().setStreamName(Buffer.from(name)),
  );
  if (from === 'start') stream.setStart(nothing());
  else if (from === 'end') stream.setEnd(nothing());
  else stream.setRevision(String(from));
  return request(select(options().setStream(stream), selection));
};

/** Events of the whole log from a position on: forwards inclusive, backwards exclusive. */
export const readAllRequest = (from: Place, selection: Selection): ReadReq =>
  request(select(options().setAll(placeInLog(from)), selection));

/** Whatever follows a position, exclusive, with checkpoints also where nothing but the store's own events passes. */
export const subscribeToAllRequest = (from: Place): ReadReq => {
  const { FilterOptions, SubscriptionOptions } = streams.ReadReq.Options;
  const filter = new FilterOptions()
    .setEventType(new FilterOptions.Expression().setRegex(NOT_THE_STORES_OWN))
    .setCount(nothing())
    .setCheckpointintervalmultiplier(1);
  return request(
    options().setAll(placeInLog(from)).setSubscription(new SubscriptionOptions()).setFilter(filter),
  );
};

const request = (made: ReadReq.Options): ReadReq => new streams.ReadReq().setOptions(made);

const options = (): ReadReq.Options =>
  new streams.ReadReq.Options()
    .setResolveLinks(false)
    .setUuidOption(new streams.ReadReq.Options.UUIDOption().setString(nothing()));

const select = (made: ReadReq.Options, { direction, count }: Selection): ReadReq.Options =>
  made
    .setReadDirection(
      streams.ReadReq.Options.ReadDirection[direction === 'forwards' ? 'FORWARDS' : 'BACKWARDS'],
    )
    .setCount(String(count ?? Number.MAX_SAFE_INTEGER))
    .setNoFilter(nothing());

const placeInLog = (place: Place): ReadReq.Options.AllOptions => {
  const made = new streams.ReadReq.Options.AllOptions();
  if (place === 'start') return made.setStart(nothing());
  if (place === 'end') return made.setEnd(nothing());
  return made.setPosition(
    new streams.ReadReq.Options.Position().setCommitPosition(String(place)).setPreparePosition(String(place)),
  );
};

// The types name Google's own empty message in places, the client gives this one, and on the wire they are the same.
const nothing = () => new shared.Empty();
