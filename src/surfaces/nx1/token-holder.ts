import { HttpProblem } from '../../platform/http/problem.js';
import type { Principal } from '../../platform/auth/principal.js';

/**
 * The user whose keys are meant. Keys are managed with a token only: with a stolen key nobody can make its successor.
 * @throws HttpProblem 403
 */
export const tokenHolder = ({ credentialType, userId }: Principal): string => {
  if (credentialType !== 'jwt' || userId === null)
    throw new HttpProblem(403, 'token-required', 'A Keycloak token is required to manage a PSK');
  return userId;
};
