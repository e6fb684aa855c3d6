/** Milliseconds after which a client that was cut off comes back. */
const RETRY_MS = 2_000;

/** What a stream begins with: also where it begins, so that who is cut off before the first event misses none. */
export const openingFrame = (position: bigint): string =>
  position < 0n ? `retry: ${RETRY_MS}\n\n` : `retry: ${RETRY_MS}\nid: ${position}\n\n`;

/** `json` is one line. */
export const eventFrame = (position: bigint, type: string, json: string): string =>
  `id: ${position}\nevent: ${type}\ndata: ${json}\n\n`;

/**
 * A comment, and where to go on: an `id` without data is no event to a client, but the next connection begins after it.
 * So a filter that matches rarely does not make the server look through the same part of the log again.
 */
export const commentFrame = (text: string, position: bigint | null): string =>
  position === null ? `: ${text}\n\n` : `: ${text}\nid: ${position}\n\n`;
