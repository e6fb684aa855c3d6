import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { targetOfProxiedRequest } from '../../src/surfaces/authz/proxied-request.js';

// Whoever may touch `open` tries to reach `prod`. Not a single server that reads the allowed path in its own way may end
// up there: every reading that is known from real servers is tried on every path that names `open`.

const pieces = [
  ...['api', 'models', 'churn', 'deployments', 'open', 'prod', 'run', 'x'],
  ...['/', '/', '/', '//', '\\', '%2f', '%2F', '%5c', '%252f', '%c0%af', '%ef%bc%8f'],
  ...['.', '..', './', '../', '%2e', '%2e%2e', '..;', '%252e%252e', '..%00'],
  ...[';', ';v=1', '%3b', '?', '#', '%23', '%3f', '%', '%0', '%zz', '%00', '%0d%0a', ' ', '\u0000', '\u00e9'],
];
const OPEN = '/api/models/churn/deployments/open';
const PROD = '/api/models/churn/deployments/prod';

const hostilePath = fc.oneof(
  // A path that is allowed, with something behind, in front or in between.
  fc
    .array(fc.constantFrom(...pieces, PROD), { maxLength: 8 })
    .chain((parts) =>
      fc.constantFrom(`${OPEN}/${parts.join('')}`, `${OPEN}${parts.join('')}`, `/${parts.join('')}${OPEN}`),
    ),
  fc
    .tuple(fc.nat(OPEN.length), fc.constantFrom(...pieces))
    .map(([at, piece]) => OPEN.slice(0, at) + piece + OPEN.slice(at)),
  fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join('')),
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
  (path) => path.replace(/\u0000.*$/s, ''),
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
        const query = path.search(/[?]/);
        for (const reading of readings(query < 0 ? path : path.slice(0, query))) {
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
        const query = path.search(/[?]/);
        for (const reading of readings(query < 0 ? path : path.slice(0, query))) {
          expect(reading.toLowerCase()).not.toMatch(/^\/api\/models\/[^/]+\/deployments\/[^/]+\/run(\/|$)/);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
