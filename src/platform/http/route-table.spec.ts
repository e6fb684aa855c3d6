import { describe, expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { RouteTable } from './route-table.js';

const tableOf = async (routes: readonly (readonly [string | string[], string])[]): Promise<RouteTable> => {
  const table = new RouteTable();
  const server = fastify({ exposeHeadRoutes: false });
  table.collectFrom(server);
  for (const [method, url] of routes) server.route({ method, url, handler: () => undefined });
  await server.ready();
  return table;
};

describe('the routes there are', () => {
  it.each([
    ['/api/models/churn/deployments', ['GET', 'POST']],
    ['/api/models/churn/deployments/prod', ['DELETE']],
    ['/api/models/churn/deployments/prod/', []],
    ['/api/models//deployments', []],
    ['/files/a/b/c', ['GET']],
    ['/v1.0/x', ['PUT']],
    ['/v1X0/x', []],
    ['/', []],
  ])('at %s take %p', async (path, methods) => {
    const table = await tableOf([
      ['GET', '/api/models/:model/deployments'],
      ['POST', '/api/models/:model/deployments'],
      ['DELETE', '/api/models/:model/deployments/:name'],
      [['GET'], '/files/*'],
      ['PUT', '/v1.0/x'],
    ]);
    expect(table.methodsOf(path)).toStrictEqual(methods);
  });

  it('are listed one by one', async () => {
    const table = await tableOf([
      [['GET', 'POST'], '/a'],
      ['PUT', '/a'],
    ]);
    expect(table.routes()).toStrictEqual([
      { method: 'GET', pattern: '/a' },
      { method: 'POST', pattern: '/a' },
      { method: 'PUT', pattern: '/a' },
    ]);
  });
});
