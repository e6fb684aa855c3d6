// Every path that is answered without a credential of the caller; nothing else decides that.
const PUBLIC_PATHS: ReadonlySet<string> = new Set([
  '/livez',
  '/readyz',
  '/metrics',
  '/openapi.json',
  '/asyncapi.json',
  '/docs',
  '/authz/check',
  '/auth/backchannel-logout',
]);
const PUBLIC_PREFIXES = ['/docs/', '/authz/check/'] as const;

/** The path of a request target, as sent: nothing is decoded. */
export const pathOf = (url: string): string => {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
};

export const isPublic = (path: string): boolean =>
  PUBLIC_PATHS.has(path) || PUBLIC_PREFIXES.some((prefix) => path.startsWith(prefix));

/** A proxy asks here on behalf of any request, body and all; the answer never depends on the body. */
export const ignoresBody = (path: string): boolean =>
  path === '/authz/check' || path.startsWith('/authz/check/');
