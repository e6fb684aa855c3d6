/** Codes of Node and of its TLS, in words that say what to look at. None of them repeats what the other side sent. */
const WORDS: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'timed out',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed before the answer was complete',
  EPIPE: 'connection closed before the answer was complete',
  ABORT_ERR: 'connection closed before the answer was complete',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name cannot be looked up now',
  EHOSTUNREACH: 'host not reachable',
  ENETUNREACH: 'network not reachable',
  FORBIDDEN_TARGET: 'address inside the own network',
  HPE_HEADER_OVERFLOW: 'the headers of the answer are too large',
};

const ofStatus = (status: number): string | null => {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `answered ${status}; redirects are not followed`;
  return `answered ${status}`;
};

const ofError = ({ code, message }: NodeJS.ErrnoException): string => {
  if (code === undefined) return message;
  if (code.startsWith('HPE_')) return WORDS[code] ?? 'the answer is not HTTP';
  return WORDS[code] ?? `failed: ${code}`;
};

/** Why a delivery did not get through, in a few words; `null`: it did. */
export const failureOf = (outcome: number | null | NodeJS.ErrnoException): string | null =>
  outcome === null ? 'no answer' : typeof outcome === 'number' ? ofStatus(outcome) : ofError(outcome);
