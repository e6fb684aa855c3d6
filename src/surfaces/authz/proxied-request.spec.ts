import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { targetOfProxiedRequest } from './proxied-request.js';

const PROD = '/api/models/churn/deployments/prod';
const OPEN = '/api/models/churn/deployments/open';
const prod = { action: 'manage', model: 'churn', deployment: 'prod' };

describe('what a proxy asks about', () => {
  it.each<[string, string, IncomingHttpHeaders]>([
    ['the path behind ours', `/authz/check${PROD}`, {}],
    ['the path behind ours, query and all', `/authz/check${PROD}?x=1`, {}],
    ['X-Original-URI', '/authz/check', { 'x-original-uri': PROD }],
    ['X-Forwarded-Uri', '/authz/check', { 'x-forwarded-uri': `${PROD}?x=1` }],
    ['both headers when they agree', '/authz/check', { 'x-original-uri': PROD, 'x-forwarded-uri': PROD }],
    ['the path, whatever the headers say', `/authz/check${PROD}`, { 'x-original-uri': OPEN }],
    ['the path, whatever the other header says', `/authz/check${PROD}`, { 'x-forwarded-uri': OPEN }],
  ])('%s', (_, url, headers) => expect(targetOfProxiedRequest(url, headers)).toStrictEqual(prod));

  it.each<[string, string, IncomingHttpHeaders]>([
    ['nothing at all', '/authz/check', {}],
    ['an empty header', '/authz/check', { 'x-original-uri': '' }],
    ['headers that disagree', '/authz/check', { 'x-original-uri': PROD, 'x-forwarded-uri': OPEN }],
    [
      'headers that disagree in the query',
      '/authz/check',
      { 'x-original-uri': PROD, 'x-forwarded-uri': `${PROD}?` },
    ],
    ['one header empty', '/authz/check', { 'x-original-uri': PROD, 'x-forwarded-uri': '' }],
    ['a header sent twice', '/authz/check', { 'x-original-uri': `${PROD}, ${PROD}` }],
    ['an absolute URI', '/authz/check', { 'x-original-uri': `http://models${PROD}` }],
    ['a query where the path should be', '/authz/check?', { 'x-original-uri': PROD }],
    ['a bare slash', '/authz/check/', { 'x-original-uri': PROD }],
    ['no slash in between', '/authz/check*', { 'x-original-uri': PROD }],
    ['a longer name than ours', `/authz/checks${PROD}`, {}],
    ['an absolute form of our own URL', `http://countersign/authz/check${PROD}`, {}],
    ['another spelling of our own path', `/authz/%63heck${PROD}`, {}],
  ])('nothing that can be judged: %s', (_, url, headers) =>
    expect(targetOfProxiedRequest(url, headers)).toBeUndefined(),
  );
});
