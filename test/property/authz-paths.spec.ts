import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { targetOfProxiedRequest } from '../../src/surfaces/authz/proxied-request.js';

// Whoever may touch `open` tries to reach `prod`. Not a single server that reads the allowed path in its own way may end
// up there: every reading that is known from real servers is tried on every path that names `open`.

const words = ['api', 'models', 'churn', 'deployments', 'open', 'prod', 'run', 'x'];
const slashes = ['/', '//', '\\', '%2f', '%2F', '%5c', '%252f', '%c0%af', '%ef%bc%8f'];
const ups = ['..', '.', '%2e%2e', '.%2e', '%252e%252e', '..;', '..;v=1', '..%00', '%2e%2e;'];
const ends = [
  ';',
  ';v=1',
  '%3b',
  '?',
  '#',
  '%23',
  '%3f',
  '%',
  '%0',
  '%zz',
  '%00',
  '%0d%0a',
  ' ',
  '\0',
  '\u00e9',
];
const pieces = words.concat(slashes, ups, ends);

const OPEN = '/api/models/churn/deployments/open';
const PROD = '/api/models/churn/deployments/prod';

const slash = fc.oneof(fc.constant('/'), fc.constantFrom(...slashes));
const piece = fc.constantFrom(...pieces);
/** Up and over to another place, or into `run`, in one of many spellings. */
const detour = fc
  .tuple(
    slash,
    fc.constantFrom(...ups),
    slash,
    fc.constantFrom('prod', 'deployments/prod', 'run', 'x'),
    fc.option(piece),
  )
  .map(([first, up, second, place, end]) => `${first}${up}${second}${place}${end ?? ''}`);
const ending = fc
  .tuple(slash, fc.constantFrom('run', 'Run', 'r%75n', 'x'), fc.option(piece), fc.option(slash))
  .map(([first, verb, end, last]) => `${first}${verb}${end ?? ''}${last ?? ''}`);

const hostilePath = fc.oneof(
  // Behind, in front of and inside a path that is allowed.
  fc.array(fc.oneof(detour, ending, piece), { maxLength: 4 }).map((parts) => OPEN + parts.join('')),
  fc.array(fc.oneof(detour, piece), { maxLength: 3 }).map((parts) => `/${parts.join('')}${OPEN}`),
  fc
    .tuple(fc.nat(OPEN.length), fc.oneof(detour, piece))
    .map(([at, part]) => OPEN.slice(0, at) + part + OPEN.slice(at)),
  fc.array(piece, { maxLength: 14 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
);

const percentDecode = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

const resolveDots = (path: string): string => {
  const result: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') result.pop();
    else if (segment !== '.') result.push(segment);
  }
  return result.join('/');
};

/** How servers rewrite a path before they act on it. */
const rewritings: readonly ((path: string) => string)[] = [
  (path) => path.replace(/[?#].*$/s, ''),
  percentDecode,
  (path) => path.replaceAll('\\', '/'),
  (path) => path.replace(/\/{2,}/g, '/'),
  (path) => path.replace(/;[^/]*/g, ''),
  (path) => path.split('\0', 1).join(''),
  resolveDots,
  (path) => path.toLowerCase(),
];

/** All that can become of a path by rewriting it up to four times, in any order. */
const readings = (path: string): ReadonlySet<string> => {
  let latest = new Set([path]);
  const all = new Set(latest);
  for (let round = 0; round < 4; round++) {
    latest = new Set(
      [...latest].flatMap((one) => rewritings.map((rewrite) => rewrite(one))).filter((one) => !all.has(one)),
    );
    for (const one of latest) all.add(one);
  }
  return all;
};

const startsWithSegment = (path: string, start: string): boolean =>
  path === start || path.startsWith(`${start}/`);

const ways = {
  Envoy: (path: string) => targetOfProxiedRequest(`/authz/check${path}`, {}),
  nginx: (path: string) => targetOfProxiedRequest('/authz/check', { 'x-original-uri': path }),
  Traefik: (path: string) => targetOfProxiedRequest('/authz/check', { 'x-forwarded-uri': path }),
};

describe.each(Object.entries(ways))('a path asked about by %s', (_, read) => {
  it('that is taken for one deployment is not another one to any server', () => {
    let taken = 0;
    fc.assert(
      fc.property(hostilePath, (path) => {
        const target = read(path);
        if (target === undefined) return;
        taken++;
        const name = `/api/models/${target.model}/deployments/${target.deployment}`.toLowerCase();
        for (const reading of readings(path.split('?', 1).join(''))) {
          if (startsWithSegment(reading.toLowerCase(), PROD)) expect(name).toBe(PROD);
        }
      }),
      { numRuns: 3_000 },
    );
    // Otherwise nothing was tried.
    expect(taken).toBeGreaterThan(100);
  });

  it('that manages does not invoke, to any server', () => {
    fc.assert(
      fc.property(hostilePath, (path) => {
        if (read(path)?.action !== 'manage') return;
        for (const reading of readings(path.split('?', 1).join(''))) {
          expect(reading.toLowerCase()).not.toMatch(/^\/api\/models\/[^/]+\/deployments\/[^/]+\/run(\/|$)/);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
