import type { IncomingMessage } from 'node:http';

/** Where proxies ask whether a request may pass; what follows it is the path of that request, not of ours. */
export const PROXY_CHECK_PATH = '/authz/check';

/** Where every path ends in a slash, and may be asked for without it. */
const SLASHED = '/api/v2/';

/** With the slash that was left out; query and fragment stay as they are. */
const withSlash = (url: string): string => {
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  return path.endsWith('/') ? url : `${path}/${url.slice(path.length)}`;
};

/**
 * The URL to find a route by; `request.originalUrl` keeps it as it was sent. A path that is only asked about must not
 * reach our router, which decodes it and refuses what it can't decode with a status of its own.
 */
export const routedUrl = ({ url = '' }: Pick<IncomingMessage, 'url'>): string => {
  if (url.startsWith(PROXY_CHECK_PATH)) return PROXY_CHECK_PATH;
  return url.startsWith(SLASHED) ? withSlash(url) : url;
};
