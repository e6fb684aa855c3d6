import { CredentialRefused } from './authenticator.js';
import { isJsonObject, type JsonObject } from './outside-json.js';

export interface UnverifiedToken {
  readonly header: JsonObject;
  readonly payload: JsonObject;
}

/** The reason is for the log; callers learn no more than that the credential is invalid or expired. */
export const tokenRefused = (
  reason: string,
  failure: 'invalid_credential' | 'expired_credential' | 'revoked_credential' = 'invalid_credential',
): CredentialRefused => new CredentialRefused(failure, 'jwt', `token refused: ${reason}`);

/**
 * A token's parts, not yet believed.
 * @throws CredentialRefused
 */
export const parseToken = (token: string): UnverifiedToken => {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (header === '' || payload === '' || signature === '' || more.length > 0)
    throw tokenRefused('it does not have three parts');
  if (!/^[\w-]+$/.test(signature)) throw tokenRefused('the signature is not base64url');
  return { header: jsonObject(header, 'header'), payload: jsonObject(payload, 'payload') };
};

const jsonObject = (part: string, name: string): JsonObject => {
  let value: unknown;
  try {
    if (/^[\w-]+$/.test(part)) value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    value = undefined;
  }
  if (!isJsonObject(value)) throw tokenRefused(`the ${name} is not a JSON object`);
  return value;
};
