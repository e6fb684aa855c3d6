import { expect, it } from '@jest/globals';
import { routedUrl } from './routed-url.js';

it.each([
  ['/api/v2/changeRequests', '/api/v2/changeRequests/'],
  ['/api/v2/changeRequests/', '/api/v2/changeRequests/'],
  ['/api/v2/changeRequests?entityType=deployment&x=/', '/api/v2/changeRequests/?entityType=deployment&x=/'],
  ['/api/v2/changeRequests/?a=1', '/api/v2/changeRequests/?a=1'],
  ['/api/v2/changeRequests#part', '/api/v2/changeRequests/#part'],
  ['/api/v2/a%2fb', '/api/v2/a%2fb/'],
  ['/api/v2', '/api/v2'],
  ['/api/v20/x', '/api/v20/x'],
  ['/api/models/churn/deployments', '/api/models/churn/deployments'],
  ['/authz/check/api/v2/x', '/authz/check'],
])('%s is routed as %s', (url, routed) => {
  expect(routedUrl({ url })).toBe(routed);
});
