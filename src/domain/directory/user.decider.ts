import { PLATFORM_ID } from '../shared/caller.js';
import type { Decider, Recorded } from '../shared/decider.js';
import { DomainError } from '../shared/domain-error.js';
import type { PersonNames, UserEvent, UserRecorded } from './directory.events.js';

/** What an administrator says of a user: the whole entry. */
export interface UserEntry {
  readonly username: string;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly realmRoles: readonly string[];
  readonly groups: readonly string[];
  readonly backendRoles: readonly string[];
  readonly enabled: boolean;
}

/**
 * What a verified token says of its user. `null`: the token is silent on it, and what is known stays. Roles are never
 * silent: a token without role claims means no roles, so that a withdrawn role can't live on here.
 */
export interface TokenEntry {
  readonly username: string | null;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly realmRoles: readonly string[];
  readonly clientRoles: Readonly<Record<string, readonly string[]>>;
  readonly groups: readonly string[] | null;
  readonly backendRoles: readonly string[];
  /** RFC 3339, UTC. */
  readonly issuedAt: string;
}

export type UserCommand =
  | {
      readonly type: 'RecordUser';
      readonly now: string;
      readonly userId: string;
      readonly entry: UserEntry;
    }
  | { readonly type: 'RecordTokenUser'; readonly userId: string; readonly entry: TokenEntry }
  | { readonly type: 'LeaveGroup'; readonly userId: string; readonly groupId: string };

export type User =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'recorded';
      readonly entry: UserRecorded['data'];
      /** When the entry last changed. */
      readonly updatedAt: string;
    };

type KnownUser = Extract<User, { status: 'recorded' }>;

const NO_NAMES: PersonNames = { username: '', email: null, firstName: null, lastName: null };

export const namesIn = ({ userId, personal }: UserRecorded['data']): PersonNames =>
  personal[userId] ?? NO_NAMES;

/** Repeats dropped, the rest in one order: role and group lists are sets, and two tokens may list them differently. */
const asSet = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();

const asSets = (lists: Readonly<Record<string, readonly string[]>>): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(lists)
      .map(([key, values]) => [key, asSet(values)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

export const userDecider: Decider<User, UserCommand, UserEvent> = {
  name: 'user',
  initialState: { status: 'unknown' },

  decide(command, user) {
    if (command.userId === PLATFORM_ID)
      throw new DomainError('invalid', 'reserved-user-id', `'${PLATFORM_ID}' stands for the platform's key`, {
        field: 'userId',
      });
    switch (command.type) {
      case 'RecordUser':
        return recordIfChanged(user, fromDirectory(command.userId, command.entry, command.now));
      case 'RecordTokenUser':
        return recordFromToken(user, command.userId, command.entry);
      case 'LeaveGroup':
        return user.status === 'recorded' && user.entry.groups.includes(command.groupId)
          ? [{ type: 'UserLeftGroup', data: { userId: command.userId, groupId: command.groupId } }]
          : [];
    }
  },

  evolve(user, event: Recorded<UserEvent>) {
    switch (event.type) {
      case 'UserRecorded':
        return { status: 'recorded', entry: event.data, updatedAt: event.occurredAt };
      case 'UserLeftGroup':
        return user.status === 'unknown' ? user : withoutGroup(user, event.data.groupId, event.occurredAt);
    }
  },
};

/** A whole replacement, so the roles of clients, which such an entry doesn't name, go too. */
const fromDirectory = (userId: string, entry: UserEntry, now: string): UserRecorded['data'] => ({
  userId,
  realmRoles: asSet(entry.realmRoles),
  clientRoles: {},
  groups: asSet(entry.groups),
  backendRoles: asSet(entry.backendRoles),
  emailVerified: entry.email !== null,
  enabled: entry.enabled,
  source: 'directory',
  statedAt: now,
  personal: {
    [userId]: {
      username: entry.username,
      email: entry.email,
      firstName: entry.firstName,
      lastName: entry.lastName,
    },
  },
});

/**
 * Whether a user is enabled is the administrator's word and stays. A token issued before the entry was last stated
 * changes nothing: it would bring back roles that were taken away meanwhile.
 */
const recordFromToken = (user: User, userId: string, token: TokenEntry): readonly UserEvent[] => {
  const known = user.status === 'recorded' ? user.entry : undefined;
  if (known !== undefined && token.issuedAt < known.statedAt) return [];
  const names = known === undefined ? NO_NAMES : namesIn(known);
  return recordIfChanged(user, {
    userId,
    realmRoles: asSet(token.realmRoles),
    clientRoles: asSets(token.clientRoles),
    groups: asSet(token.groups ?? known?.groups ?? []),
    backendRoles: asSet(token.backendRoles),
    emailVerified: token.email === null ? (known?.emailVerified ?? false) : token.emailVerified,
    enabled: known?.enabled ?? true,
    source: known?.source ?? 'token',
    statedAt: token.issuedAt,
    personal: {
      [userId]: {
        username: token.username ?? (names.username === '' ? userId : names.username),
        email: token.email ?? names.email,
        firstName: token.firstName ?? names.firstName,
        lastName: token.lastName ?? names.lastName,
      },
    },
  });
};

const recordIfChanged = (user: User, entry: UserRecorded['data']): readonly UserEvent[] =>
  user.status === 'recorded' && saysTheSame(user.entry, entry) ? [] : [{ type: 'UserRecorded', data: entry }];

/** Equal but for the time it was stated. Both sides were built here, so their fields stand in one order. */
const saysTheSame = (a: UserRecorded['data'], b: UserRecorded['data']): boolean =>
  JSON.stringify(comparable(a)) === JSON.stringify(comparable(b));

const comparable = (entry: UserRecorded['data']): unknown[] => {
  const { username, email, firstName, lastName } = namesIn(entry);
  const { realmRoles, clientRoles, groups, backendRoles, emailVerified, enabled, source } = entry;
  const names = [username, email, firstName, lastName];
  return [names, realmRoles, clientRoles, groups, backendRoles, emailVerified, enabled, source];
};

const withoutGroup = (user: KnownUser, groupId: string, occurredAt: string): KnownUser => ({
  status: 'recorded',
  entry: { ...user.entry, groups: user.entry.groups.filter((group) => group !== groupId) },
  updatedAt: occurredAt,
});
