import { PROXY_CHECK_PATH } from './routed-url.js';

// Every path that is answered without a credential of the caller; nothing else decides that.
const PUBLIC_PATHS: ReadonlySet<string> = new Set([
  '/livez',
  '/readyz',
  '/metrics',
  '/openapi.json',
  '/asyncapi.json',
  '/docs',
  PROXY_CHECK_PATH,
  '/auth/backchannel-logout',
]);

/** The path of a request target, as sent: nothing is decoded. */
export const pathOf = (url: string): string => {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
};

export const isPublic = (path: string): boolean => PUBLIC_PATHS.has(path) || path.startsWith('/docs/');
