const MARK = '[redacted]';

const OUR_KEYS = /gp[up]_[0-9A-Za-z_-]+/g;
// Starts where a word starts and nowhere inside it: a text of a megabyte must not be read once per character.
const DOTTED_TRIPLES = /(?<![\w-])[\w-]+\.[\w-]+\.[\w-]*/g;
/** How the header of every signed token begins: `{"` in base64. */
const TOKEN_START = 'eyJ';

const redactText = (text: string, sent: readonly string[]): string =>
  sent
    .reduce((rest, secret) => rest.replaceAll(secret, MARK), text)
    .replace(OUR_KEYS, MARK)
    .replace(DOTTED_TRIPLES, (found) => (found.includes(TOKEN_START) ? MARK : found));

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
