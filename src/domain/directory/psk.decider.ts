import type { Decider, Recorded } from '../shared/decider.js';
import { DomainError } from '../shared/domain-error.js';
import type { PskEvent, PskRecord } from './directory.events.js';

/** How long a replaced key may go on beside its successor. */
export const MAX_OVERLAP_SECONDS = 86_400;

/** All times RFC 3339, UTC, milliseconds, `Z`: they compare as text. */
export type PskCommand =
  | { readonly type: 'IssuePsk'; readonly now: string; readonly key: PskRecord }
  | {
      readonly type: 'RegeneratePsk';
      readonly now: string;
      /** Without `description` the old key's stays. */
      readonly key: Omit<PskRecord, 'description'> & { readonly description?: string | null };
      readonly overlapSeconds: number;
    }
  | { readonly type: 'RevokePsk'; readonly now: string }
  | { readonly type: 'RevokePskById'; readonly pskId: string };

export interface KeyState extends PskRecord {
  /** `replaced`: a newer one was made; works until `overlapUntil`, if that is set. */
  readonly status: 'current' | 'replaced' | 'revoked';
  readonly overlapUntil: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Every key one user ever had, oldest first. */
export interface UserKeys {
  readonly keys: readonly KeyState[];
}

/** Whether a key opens anything at `now`. */
export const isUsable = (
  key: Pick<KeyState, 'status' | 'overlapUntil' | 'validUntil'>,
  now: string,
): boolean => {
  if (key.validUntil !== null && key.validUntil <= now) return false;
  if (key.status === 'replaced') return key.overlapUntil !== null && now < key.overlapUntil;
  return key.status === 'current';
};

/** The key that stands for the user now, expired or not. */
export const currentKey = ({ keys }: UserKeys): KeyState | undefined =>
  keys.find(({ status }) => status === 'current');

const notFound = (): DomainError => new DomainError('not-found', 'psk-not-found', 'PSK not found');

export const pskDecider: Decider<UserKeys, PskCommand, PskEvent> = {
  name: 'psk',
  initialState: { keys: [] },

  decide(command, user) {
    switch (command.type) {
      case 'IssuePsk':
        return issue(command, user);
      case 'RegeneratePsk':
        return regenerate(command, user);
      case 'RevokePsk':
        return revokeAll(command.now, user);
      case 'RevokePskById': {
        const key = user.keys.find(({ pskId }) => pskId === command.pskId);
        if (key === undefined || key.status === 'revoked') throw notFound();
        return [revoked(key)];
      }
    }
  },

  evolve(user, event: Recorded<PskEvent>) {
    const at = event.occurredAt;
    switch (event.type) {
      case 'PskIssued':
        return { keys: [...retireCurrent(user, at), newKey(event.data, at)] };
      case 'PskRegenerated': {
        const { replacedPskId, overlapUntil, ...record } = event.data;
        const replaced = change(user, replacedPskId, { status: 'replaced', overlapUntil, updatedAt: at });
        return { keys: [...replaced, newKey(record, at)] };
      }
      case 'PskRevoked':
        return { keys: change(user, event.data.pskId, { status: 'revoked', updatedAt: at }) };
    }
  },
};

const issue = (
  { now, key }: Extract<PskCommand, { type: 'IssuePsk' }>,
  user: UserKeys,
): readonly PskEvent[] => {
  requireFuture(key.validUntil, now);
  const current = currentKey(user);
  if (current !== undefined && isUsable(current, now))
    throw new DomainError('conflict', 'psk-active', 'An active PSK exists already: regenerate it instead', {
      pskId: current.pskId,
    });
  return [{ type: 'PskIssued', data: key }];
};

/** At most the key just replaced may overlap: those that still overlap from an earlier replacement end here. */
const regenerate = (
  { now, key, overlapSeconds }: Extract<PskCommand, { type: 'RegeneratePsk' }>,
  user: UserKeys,
): readonly PskEvent[] => {
  const current = currentKey(user);
  if (current === undefined) throw notFound();
  requireFuture(key.validUntil, now);
  if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > MAX_OVERLAP_SECONDS)
    throw new DomainError(
      'invalid',
      'overlap-out-of-range',
      `The overlap is a whole number of seconds from 0 to ${MAX_OVERLAP_SECONDS}`,
    );
  const overlapping = user.keys.filter((other) => other.status === 'replaced' && isUsable(other, now));
  const overlapUntil =
    overlapSeconds === 0 ? null : new Date(Date.parse(now) + overlapSeconds * 1000).toISOString();
  const { description = current.description, ...rest } = key;
  return [
    ...overlapping.map(revoked),
    {
      type: 'PskRegenerated',
      data: { ...rest, description, replacedPskId: current.pskId, overlapUntil },
    },
  ];
};

const revokeAll = (now: string, user: UserKeys): readonly PskEvent[] => {
  const live = user.keys.filter((key) => key.status === 'current' || isUsable(key, now));
  if (live.length === 0) throw notFound();
  return live.map(revoked);
};

const revoked = ({ pskId, userId }: PskRecord): PskEvent => ({
  type: 'PskRevoked',
  data: { pskId, userId },
});

const requireFuture = (validUntil: string | null, now: string): void => {
  if (validUntil !== null && validUntil <= now)
    throw new DomainError('invalid', 'valid-until-past', 'The end of validity lies in the past', {
      validUntil,
    });
};

const newKey = (record: PskRecord, at: string): KeyState => ({
  ...record,
  status: 'current',
  overlapUntil: null,
  createdAt: at,
  updatedAt: at,
});

const change = (
  user: UserKeys,
  pskId: string,
  to: Pick<KeyState, 'status' | 'updatedAt'> & { readonly overlapUntil?: string | null },
): readonly KeyState[] => user.keys.map((key) => (key.pskId === pskId ? { ...key, ...to } : key));

/** A new key is issued beside a current one only when that has expired. */
const retireCurrent = (user: UserKeys, at: string): readonly KeyState[] =>
  user.keys.map((key) => (key.status === 'current' ? { ...key, status: 'replaced', updatedAt: at } : key));
