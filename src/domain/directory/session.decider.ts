import type { Decider } from '../shared/decider.js';
import { DomainError } from '../shared/domain-error.js';
import type { SessionEnded } from './directory.events.js';

export interface EndSession {
  readonly type: 'EndSession';
  readonly logoutTokenId: string;
  readonly sessionId: string | null;
  readonly userId: string | null;
  /** RFC 3339, UTC. */
  readonly endedAt: string;
}

export type Logout = 'expected' | 'taken';

/** One stream per logout token: it is taken once. */
export const sessionDecider: Decider<Logout, EndSession, SessionEnded> = {
  name: 'session',
  initialState: 'expected',

  decide({ logoutTokenId, sessionId, userId, endedAt }, logout) {
    if (logout === 'taken')
      throw new DomainError('conflict', 'logout-token-replayed', 'This logout token was used before');
    if (sessionId === null && userId === null)
      throw new DomainError('invalid', 'logout-names-nobody', 'A logout names a session or a user');
    return [{ type: 'SessionEnded', data: { sessionId, userId, endedAt, logoutTokenId } }];
  },

  evolve: () => 'taken',
};
