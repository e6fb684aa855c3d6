import { HttpProblem } from './problem.js';

const MAX_REASON_CHARACTERS = 1_000;

const invalid = (header: string, expected: string, input: string): HttpProblem => {
  const message = `${header} must be ${expected}`;
  return new HttpProblem(422, 'invalid-header', message, {
    errors: [{ location: ['header', header], message, code: 'invalid-header', input }],
  });
};

type HeaderValue = string | string[] | undefined;

/** Repeated lines count as one value, as the RFC lets a recipient join them. */
const single = (value: HeaderValue): string | undefined => (Array.isArray(value) ? value.join(', ') : value);

/** `"<revision>"` as an `ETag` gave it, or `*`. Weak tags never match by the RFC, so sending one is a mistake. */
export const parseIfMatch = (value: HeaderValue): bigint | 'exists' | undefined => {
  const text = single(value);
  if (text === undefined) return undefined;
  if (text === '*') return 'exists';
  const revision = /^"(0|[1-9]\d{0,17})"$/.exec(text)?.[1];
  if (revision === undefined) throw invalid('If-Match', 'one ETag as it was sent ("7") or *', text);
  return BigInt(revision);
};

export const parseIdempotencyKey = (value: HeaderValue): string | undefined => {
  const text = single(value);
  if (text === undefined) return undefined;
  if (!/^[\x20-\x7e]{1,255}$/.test(text))
    throw invalid('Idempotency-Key', '1 to 255 printable ASCII characters', text);
  return text;
};

export const parseCorrelationId = (value: HeaderValue): string | undefined => {
  const text = single(value);
  if (text === undefined) return undefined;
  if (!/^[\x20-\x7e]{1,128}$/.test(text))
    throw invalid('X-Correlation-Id', '1 to 128 printable ASCII characters', text);
  return text;
};

export const parseMinPosition = (value: HeaderValue): bigint | undefined => {
  const text = single(value);
  if (text === undefined) return undefined;
  if (!/^\d{1,18}$/.test(text))
    throw invalid('X-Min-Position', 'a position as X-Event-Position gave it (a decimal)', text);
  return BigInt(text);
};

// Line breaks and tabs may stand in a reason that somebody typed; other control characters may not.
const CONTROL = /(?![\n\t])\p{Cc}/u;

/** Percent-encoded UTF-8, so that any language fits into a header. An empty one is none. */
export const parseReason = (value: HeaderValue): string | undefined => {
  const text = single(value);
  if (text === undefined || text === '') return undefined;
  const expected = `percent-encoded UTF-8 of at most ${MAX_REASON_CHARACTERS} characters without control characters`;
  let reason: string;
  try {
    reason = decodeURIComponent(text);
  } catch {
    throw invalid('X-Change-Reason', expected, text);
  }
  const characters = Array.from(reason).length;
  if (/[^\x20-\x7e]/.test(text) || CONTROL.test(reason) || characters > MAX_REASON_CHARACTERS)
    throw invalid('X-Change-Reason', expected, text);
  return reason;
};

const TRACEPARENT =
  /^(?!ff)(?<version>[0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?<more>-.*)?$/;
const TRACEPARENT_LENGTH = 55;

/** W3C Trace Context. A broken one is dropped, as the standard asks: tracing must not stop a request. */
export const parseTraceparent = (value: HeaderValue): string | undefined => {
  const text = single(value);
  const found = text === undefined ? null : TRACEPARENT.exec(text);
  if (found === null || (found.groups?.['version'] === '00' && found.groups['more'] !== undefined))
    return undefined;
  return text?.slice(0, TRACEPARENT_LENGTH);
};

/** The 32 hex characters that name a trace. */
export const traceIdOf = (traceparent: string | undefined): string | undefined => traceparent?.slice(3, 35);
