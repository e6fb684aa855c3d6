const MARK = '[redacted]';

// Our own keys by their prefix, and anything in the form of a signed token.
const CREDENTIALS = /gp[up]_[0-9A-Za-z_-]+|eyJ[\w-]*\.[\w-]*\.[\w-]*/g;

const redactText = (text: string, sent: readonly string[]): string => {
  const known = sent.reduce((rest, secret) => rest.replaceAll(secret, MARK), text);
  return known.replace(CREDENTIALS, MARK);
};

/**
 * A value that was sent, fit to be shown to its sender: his own credential, or any other that can be recognised, is
 * struck out of texts and keys, because answers end up in logs and screenshots.
 */
export const redact = (value: unknown, sent: readonly string[]): unknown => {
  if (typeof value === 'string') return redactText(value, sent);
  if (Array.isArray(value)) return value.map((member) => redact(member, sent));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(
    ([key, member]) => [redactText(key, sent), redact(member, sent)] as const,
  );
  return Object.fromEntries(members);
};
