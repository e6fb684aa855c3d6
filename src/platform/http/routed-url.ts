import type { IncomingMessage } from 'node:http';

/** Where proxies ask whether a request may pass; what follows it is the path of that request, not of ours. */
export const PROXY_CHECK_PATH = '/authz/check';

/**
 * The URL to find a route by. A path that is only asked about must not reach our router, which decodes it and refuses
 * what it can't decode with a status of its own; `request.originalUrl` keeps it as it was sent.
 */
export const routedUrl = ({ url = '' }: Pick<IncomingMessage, 'url'>): string =>
  url.startsWith(PROXY_CHECK_PATH) ? PROXY_CHECK_PATH : url;
