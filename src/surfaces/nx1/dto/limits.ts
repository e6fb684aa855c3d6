import type { TextLimits } from '../validation/text-rules.js';

// Everything here ends up in events, read models, logs and exports, where a line break or a NUL could forge a line or
// cut a value; and an event must fit into one append, so that every text has a length.

/** One line: not blank, no control characters. */
const LINE = /^(?=\P{Cc}*\S)\P{Cc}+$/u;
/** Any text but NUL: what is copied from a log may hold any other control character. */
// oxlint-disable-next-line no-control-regex
const NO_NUL = /^[^\u0000]*$/u;

export const line = { min: 1, max: 255, pattern: LINE } as const satisfies TextLimits;

/** A text of several lines, perhaps copied from a log. */
export const paragraph = { max: 65_536, pattern: NO_NUL } as const satisfies TextLimits;

/** A DNS-1123 label. */
export const dnsLabel = {
  pattern: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/u,
} as const satisfies TextLimits;

/**
 * A name that can be a path segment whatever stands between caller and service: proxies decode, merge and resolve
 * `%2f`, `..` and `\` in their own ways, so a name that holds one could be checked as one deployment and used as another.
 */
export const modelName = {
  pattern: /^(?!\.$)(?!.*\.\.)(?=.*\S)[^\p{Cc}/\\%]{1,255}$/u,
} as const satisfies TextLimits;

/** Looser than {@link dnsLabel}: what merely can't exist is simply not found. */
export const deploymentName = {
  pattern: /^(?!\.$)(?!.*\.\.)(?=.*\S)[^\p{Cc}/\\%]{1,63}$/u,
} as const satisfies TextLimits;
