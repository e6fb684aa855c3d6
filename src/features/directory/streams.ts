import { streamName } from '../../domain/events.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { derivedUuid } from '../../event-store/command-context.js';

const MAX_ID_LENGTH = 255;

/** Ids come from outside (the identity provider, an administrator) and become parts of stream names. */
const requireId = (what: string, id: string): string => {
  if (id === '' || id.length > MAX_ID_LENGTH || /\p{Cc}/u.test(id))
    throw new DomainError(
      'invalid',
      'bad-identifier',
      `A ${what} id has 1 to ${MAX_ID_LENGTH} characters, none of them a control character`,
    );
  return id;
};

export const userStream = (userId: string): string => streamName('user', requireId('user', userId));
export const groupStream = (groupId: string): string => streamName('group', requireId('group', groupId));
/** All keys of one user. */
export const pskStream = (userId: string): string => streamName('psk', requireId('user', userId));
/** One per logout token, so that each is taken once. */
export const sessionStream = (logoutTokenId: string): string =>
  streamName('session', derivedUuid('logout-token', logoutTokenId));
