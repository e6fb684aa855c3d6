import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type App } from '../support/app.js';

describe('health', () => {
  let app: App;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());

  it('says that the process lives', async () => {
    const { status, json } = await app.request('GET', '/livez');
    expect([status, json]).toStrictEqual([200, { status: 'ok' }]);
  });

  it('says that requests may come, how the log is kept and how far each read model is', async () => {
    const { status, json } = await app.request('GET', '/readyz');
    expect([status, json.status, json.store]).toStrictEqual([200, 'ok', { kind: 'sqlite', reachable: true }]);
    expect(json.projections).toContainEqual({
      name: 'deployments',
      version: 1,
      position: expect.stringMatching(/^-?\d+$/),
      lag: '0',
      state: 'live',
    });
  });
});
