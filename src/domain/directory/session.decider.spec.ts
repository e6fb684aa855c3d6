import { describe, it } from '@jest/globals';
import { deciderSpec } from '../../../test/support/decider-spec.js';
import { sessionDecider } from './session.decider.js';

const given = deciderSpec(sessionDecider);
const data = { logoutTokenId: 'j1', sessionId: 's1', userId: 'u1', endedAt: '2026-03-01T10:00:00.000Z' };
const ended = { type: 'SessionEnded', data } as const;

describe('a logout', () => {
  it('ends a session', () =>
    given()
      .when({ type: 'EndSession', ...data })
      .then(ended));
  it('ends all sessions of a user', () =>
    given()
      .when({ type: 'EndSession', ...data, sessionId: null })
      .then({ type: 'SessionEnded', data: { ...data, sessionId: null } }));
  it('is taken once', () =>
    given(ended)
      .when({ type: 'EndSession', ...data })
      .thenRejects('logout-token-replayed'));
  it('must name somebody', () =>
    given()
      .when({ type: 'EndSession', ...data, sessionId: null, userId: null })
      .thenRejects('logout-names-nobody'));
});
