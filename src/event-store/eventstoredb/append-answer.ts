import codes from '@eventstore/db-client/generated/code_pb.js';
import shared, { type UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { uuidOfHalves } from './uuid.js';

/** What became of one attempt to append. */
export type AppendAnswer =
  /** `position` of the last event; `undefined` where the server does not say. */
  | { readonly kind: 'written'; readonly revision: bigint; readonly position: bigint | undefined }
  | { readonly kind: 'conflict'; readonly actual: bigint | 'no-stream' }
  /** Not written, and a repeat would be answered alike. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Not written, but a repeat may be. */
  | { readonly kind: 'notNow'; readonly reason: string }
  /** Written or not, now or in a moment. */
  | { readonly kind: 'unknown'; readonly reason: string };

export const unknownOutcome = (reason: string): AppendAnswer => ({ kind: 'unknown', reason });

const PACKAGE = 'event_store.client.';

/** In an error, the server's own explanation is packed with the name of its type. */
const REFUSALS: Readonly<Record<string, string>> = {
  [`${PACKAGE}AccessDenied`]: 'the event store does not let us write: check user and password',
  [`${PACKAGE}StreamDeleted`]: 'the stream was deleted for good in the event store',
  [`${PACKAGE}MaximumAppendSizeExceeded`]:
    'the event store is set to take less in one append than its own default',
  [`${PACKAGE}BadRequest`]: 'the event store does not understand the append',
};

export const readAnswer = (response: BatchAppendResp): AppendAnswer => {
  const success = response.getSuccess();
  if (success !== undefined) {
    const position = success.getPosition()?.getCommitPosition();
    return {
      kind: 'written',
      revision: BigInt(success.getCurrentRevision()),
      position: position === undefined ? undefined : BigInt(position),
    };
  }
  const error = response.getError();
  return error === undefined ? unknownOutcome('the event store gave an empty answer') : readError(error);
};

const readError = (error: Status): AppendAnswer => {
  const details = error.getDetails();
  const type = details?.getTypeName() ?? '';
  if (type === `${PACKAGE}WrongExpectedVersion`) {
    const found = shared.WrongExpectedVersion.deserializeBinary(details?.getValue_asU8() ?? new Uint8Array());
    const actual = found.hasCurrentStreamRevision() ? BigInt(found.getCurrentStreamRevision()) : 'no-stream';
    return { kind: 'conflict', actual };
  }
  const refusal = REFUSALS[type];
  if (refusal !== undefined) return { kind: 'refused', reason: refusal };
  const reason = `the event store answers: ${error.getMessage()}`;
  // A server that is starting, busy or without a leader hands nothing on to be written.
  const wasHandedOn = type !== 'google.protobuf.Empty' || error.getCode() === codes.Code.INTERNAL;
  return wasHandedOn ? unknownOutcome(reason) : { kind: 'notNow', reason };
};

export const readUuid = (uuid: UUID | undefined): string => {
  const halves = uuid?.getStructured();
  if (halves === undefined) return uuid?.getString() ?? '';
  return uuidOfHalves(BigInt(halves.getMostSignificantBits()), BigInt(halves.getLeastSignificantBits()));
};
