import type { IncomingHttpHeaders } from 'node:http';
import { PROXY_CHECK_PATH } from '../../platform/http/routed-url.js';
import { readOriginalPath, type PathTarget } from './original-path.js';

/** nginx and Traefik each name the held-back request's URI in a header of their own. */
const URI_HEADERS = ['x-original-uri', 'x-forwarded-uri'] as const;

/**
 * The URI that the headers name. A proxy sets one of the two and may hand the other on as the client sent it, so when
 * both are there they have to agree: which one to believe can't be told from the request.
 */
const uriInHeaders = (headers: IncomingHttpHeaders): string | undefined => {
  const [uri, ...others] = URI_HEADERS.map((name) => headers[name]).filter((value) => value !== undefined);
  return typeof uri === 'string' && others.every((other) => other === uri) ? uri : undefined;
};

/**
 * What the request that the proxy holds back wants; `undefined`: it doesn't say so in a way that is safe to judge.
 *
 * A proxy that puts the path behind ours (Envoy) has said all, so headers are not looked at then: they would be the
 * client's. Without a path the headers count. A query in their place was sent by neither kind of proxy.
 */
export const targetOfProxiedRequest = (url: string, headers: IncomingHttpHeaders): PathTarget | undefined => {
  const rest = url.startsWith(PROXY_CHECK_PATH) ? url.slice(PROXY_CHECK_PATH.length) : undefined;
  const uri = rest === '' ? uriInHeaders(headers) : rest;
  return uri === undefined ? undefined : readOriginalPath(uri);
};
