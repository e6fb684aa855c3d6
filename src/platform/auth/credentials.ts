import { CredentialRefused, TwoCredentials } from './authenticator.js';

/** What was sent, told apart by its looks alone: exactly two dots make a token (JWT), anything else is a key (PSK). */
export interface Credential {
  readonly form: 'jwt' | 'psk';
  readonly value: string;
}

/** Longer ones are refused unread. */
export const MAX_CREDENTIAL_LENGTH = 8 * 1024;

const AUTHORIZATION = 'authorization';
const AUTHORIZATION_PSK = 'authorization-psk';

export const formOf = (value: string): Credential['form'] => {
  const first = value.indexOf('.');
  const second = first < 0 ? -1 : value.indexOf('.', first + 1);
  return second >= 0 && value.indexOf('.', second + 1) < 0 ? 'jwt' : 'psk';
};

/**
 * The one credential of a request.
 * @param rawHeaders Node's `rawHeaders`, in which a repeated header still stands twice
 * @throws CredentialRefused when there is none, or none that could be right; TwoCredentials
 */
export const credentialIn = (rawHeaders: readonly string[]): Credential => {
  let name = '';
  let value: string | undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const header = rawHeaders[i] ?? '';
    if (header.length !== AUTHORIZATION.length && header.length !== AUTHORIZATION_PSK.length) continue;
    const lower = header.toLowerCase();
    if (lower !== AUTHORIZATION && lower !== AUTHORIZATION_PSK) continue;
    if (value !== undefined) throw new TwoCredentials('two credentials in one request');
    name = lower;
    value = rawHeaders[i + 1] ?? '';
  }
  if (value === undefined) throw new CredentialRefused('no_credential', 'none', 'no credential was sent');
  return name === AUTHORIZATION
    ? fromAuthorization(value)
    : { form: 'psk', value: singleToken(value, 'psk') };
};

const fromAuthorization = (header: string): Credential => {
  const space = header.indexOf(' ');
  const scheme = (space < 0 ? header : header.slice(0, space)).toLowerCase();
  const rest = space < 0 ? '' : header.slice(space + 1);
  if (scheme === 'psk') return { form: 'psk', value: singleToken(rest, 'psk') };
  if (scheme === 'bearer') {
    const value = singleToken(rest, 'jwt');
    return { form: formOf(value), value };
  }
  // RFC 6750, 3.1: an unsupported scheme is answered like no credential at all.
  throw new CredentialRefused('no_credential', 'none', 'the authentication scheme is not supported');
};

/** Visible ASCII without a space in it: `Bearer a b` is nobody's token, least of all `a`. */
const singleToken = (text: string, form: Credential['form']): string => {
  const token = text.trim();
  if (token.length > MAX_CREDENTIAL_LENGTH)
    throw new CredentialRefused('invalid_credential', form, 'the credential is too long');
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new CredentialRefused(
      'invalid_credential',
      form,
      'the header does not hold exactly one credential',
    );
  return token;
};

/** A credential that came without a header around it, e.g. in the body of a question about it. */
export const bareCredential = (text: string): Credential => {
  const form = formOf(text);
  return { form, value: singleToken(text, form) };
};
