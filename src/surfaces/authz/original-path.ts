import type { Action } from '../../features/decisions/index.js';

/** What a request that a proxy holds back wants to do, read from its path alone. */
export interface PathTarget {
  readonly action: Action;
  readonly model: string;
  readonly deployment: string;
}

// Whatever a server behind the proxy could read in another way than we do is refused instead of interpreted: all but
// visible ASCII, a fragment, a backslash (a slash to some servers) and `;` (where some cut a segment, `..;` included).
const UNAMBIGUOUS = /^\/[\x21-\x7e]*$/;
const AMBIGUOUS = /[#\\;]/;
// In a decoded segment: slashes that were encoded, control characters, and an encoding that decodes to another one.
const AMBIGUOUS_DECODED = /[\p{Cc}/\\]|%[0-9a-f]{2}/iu;

const RUN = /^run\b/i;

const decodeSegment = (segment: string): string | undefined => {
  if (!segment.includes('%')) return segment;
  try {
    const decoded = decodeURIComponent(segment);
    return AMBIGUOUS_DECODED.test(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
};

/** The segments of a path, each decoded once; `undefined` when two servers could disagree about what they are. */
const segmentsOf = (path: string): readonly string[] | undefined => {
  if (!UNAMBIGUOUS.test(path) || AMBIGUOUS.test(path)) return undefined;
  const sent = path.slice(1).split('/');
  const segments: string[] = [];
  for (const [index, raw] of sent.entries()) {
    const segment = decodeSegment(raw);
    if (segment === undefined || segment === '.' || segment === '..') return undefined;
    // A trailing slash leaves an empty last segment; any other empty one is a doubled slash.
    if (segment === '' && index < sent.length - 1) return undefined;
    segments.push(segment);
  }
  return segments;
};

/**
 * Reads `/api/models/{model}/deployments/{name}[/…]` as the client sent it; the query is left aside. `undefined`: no such
 * path, or one that isn't safe to compare.
 *
 * Below a deployment `run` invokes and all else manages. What some server might take for `run` counts as well (`Run`,
 * `run%3fx`, nothing after it): nobody may invoke what he may not manage, so that is the narrower rule of the two.
 */
export const readOriginalPath = (requestTarget: string): PathTarget | undefined => {
  if (requestTarget.includes('#')) return undefined;
  const query = requestTarget.indexOf('?');
  const segments = segmentsOf(query < 0 ? requestTarget : requestTarget.slice(0, query));
  if (segments === undefined) return undefined;
  const [api, models, model, deployments, deployment, verb] = segments;
  if (api !== 'api' || models !== 'models' || deployments !== 'deployments') return undefined;
  // The empty last segment of `…/deployments/` names nothing.
  if (model === undefined || deployment === undefined || deployment === '') return undefined;
  return { action: verb !== undefined && RUN.test(verb) ? 'invoke' : 'manage', model, deployment };
};
