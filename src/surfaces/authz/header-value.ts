// Visible ASCII without `%` and `,`.
const NOT_PLAIN = /[^!-$&-+\--~]+/g;

const percentEncode = (text: string): string =>
  Array.from(
    Buffer.from(text, 'utf8'),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');

/**
 * A name as one value of a header can carry it: whatever is not visible ASCII, `%` and `,` are percent-encoded as UTF-8,
 * so that no name breaks a line or splits a list, and `decodeURIComponent` gives it back.
 */
export const headerValue = (name: string): string => name.replace(NOT_PLAIN, percentEncode);
