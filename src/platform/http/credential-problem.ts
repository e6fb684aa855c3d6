import {
  CredentialRefused,
  IdentityUnavailable,
  TooManyFailures,
  TwoCredentials,
} from '../auth/authenticator.js';
import { HttpProblem } from './problem.js';

const BEARER = 'Bearer realm="governance"';
const PSK = 'PSK realm="governance"';

/** The word for the caller; the precise reason stays in the log. */
const coarse = ({ failure }: CredentialRefused): string =>
  failure === 'expired_credential' ? 'expired' : 'invalid';

const refused = (error: CredentialRefused): HttpProblem => {
  if (error.form === 'none') {
    return new HttpProblem(401, 'not-authenticated', 'Not authenticated', {
      cause: error,
      headers: { 'www-authenticate': BEARER },
    });
  }
  const challenge =
    error.form === 'jwt'
      ? `${BEARER}, error="invalid_token", error_description="${coarse(error)}"`
      : [`${BEARER}, error="invalid_token"`, PSK];
  return new HttpProblem(401, 'invalid-credential', 'Invalid or expired credential', {
    cause: error,
    headers: { 'www-authenticate': challenge },
  });
};

/** Why nobody was identified, in HTTP terms; `undefined` when the error says something else. */
export const credentialProblem = (error: unknown): HttpProblem | undefined => {
  if (error instanceof CredentialRefused) return refused(error);
  if (error instanceof TwoCredentials) {
    return new HttpProblem(400, 'two-credentials', 'Send one credential, not two', {
      cause: error,
      headers: { 'www-authenticate': `${BEARER}, error="invalid_request"` },
    });
  }
  if (error instanceof TooManyFailures) {
    return new HttpProblem(429, 'too-many-failures', 'Too many wrong keys from this address', {
      cause: error,
      headers: { 'retry-after': String(error.retryAfterSeconds) },
    });
  }
  if (error instanceof IdentityUnavailable) {
    return new HttpProblem(503, 'identity-unavailable', 'Who is calling cannot be checked at the moment', {
      cause: error,
      headers: { 'retry-after': String(error.retryAfterSeconds) },
    });
  }
  return undefined;
};
