import type { Decider } from '../shared/decider.js';
import { DomainError } from '../shared/domain-error.js';
import type {
  RecordedDelivery,
  RecordedFailure,
  SendingProgress,
  WebhookSenderEvent,
} from './webhook.events.js';

/** Who sends, and how far it came; `null`: nobody ever sent anything. */
export interface SenderState {
  /** `null`: given back. */
  readonly holder: string | null;
  readonly term: number;
  readonly progress: SendingProgress;
}

export type WebhookSenderCommand =
  | {
      readonly type: 'TakeLease';
      readonly webhookId: string;
      readonly holder: string;
      /** Where the taker goes on from, by what it has seen of this stream and of the webhook. */
      readonly progress: SendingProgress;
    }
  | {
      readonly type: 'Checkpoint';
      readonly webhookId: string;
      readonly holder: string;
      readonly term: number;
      readonly released: boolean;
      readonly progress: SendingProgress;
      readonly delivered: readonly RecordedDelivery[];
      readonly failed: readonly RecordedFailure[];
    };

/** Before every event of any log. */
const BEGINNING = '-1';

/** A position with the place in the log of the event that tells it. */
export interface ToldAt<Value> {
  readonly told: Value;
  readonly at: bigint;
}

/**
 * Where to go on from: what was recorded, or where a replay that was asked for since then wants it. What had not got
 * through before that place is still owed.
 *
 * No event tells of a position that comes after itself. One that does was written to another log, from which this one was
 * copied: nobody knows where that is here, so it is the beginning.
 */
export const progressFrom = (
  recorded: ToldAt<SendingProgress> | undefined,
  webhook: ToldAt<{ readonly replays: number; readonly startsAfter: string }>,
): SendingProgress => {
  const { replays, startsAfter } = webhook.told;
  const ofThisLog = (position: string, at: bigint): string => (BigInt(position) > at ? BEGINNING : position);
  if (recorded !== undefined && recorded.told.replays >= replays) {
    const position = ofThisLog(recorded.told.position, recorded.at);
    return position === recorded.told.position ? recorded.told : { ...recorded.told, position };
  }
  const start = ofThisLog(startsAfter, webhook.at);
  const lanes = (recorded?.told.lanes ?? []).filter(({ position }) => BigInt(position) <= BigInt(start));
  return { replays, position: start, lanes };
};

/** Every event up to here was delivered, is a dead letter, or does not fit. */
export const settledUpTo = ({ position, lanes }: SendingProgress): bigint =>
  lanes.reduce((least, lane) => {
    const before = BigInt(lane.position) - 1n;
    return !lane.again && before < least ? before : least;
  }, BigInt(position));

/**
 * The lease on a webhook's sending. It is taken at the revision that the taker saw last, so of several one wins; whether
 * it has run out is judged by the taker, since only time can tell. Whoever lost it can record nothing any more.
 */
export const webhookSenderDecider: Decider<SenderState | null, WebhookSenderCommand, WebhookSenderEvent> = {
  name: 'webhook-sender',
  initialState: null,
  lastEventTellsAll: true,

  decide(command, state) {
    switch (command.type) {
      case 'TakeLease': {
        const { webhookId, holder, progress } = command;
        const term = (state?.term ?? 0) + 1;
        return [{ type: 'WebhookLeaseTaken', data: { webhookId, holder, term, progress } }];
      }
      case 'Checkpoint': {
        const { type: _, ...data } = command;
        if (state?.holder !== data.holder || state.term !== data.term) throw leaseLost();
        return [{ type: 'WebhookCheckpointed', data }];
      }
    }
  },

  evolve(_state, { type, data: { holder, term, ...data } }) {
    const released = type === 'WebhookCheckpointed' && 'released' in data && data.released;
    return { holder: released ? null : holder, term, progress: data.progress };
  },
};

const leaseLost = (): DomainError =>
  new DomainError('conflict', 'lease-lost', 'Another process sends for this webhook now');
