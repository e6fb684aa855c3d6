import { DiscoveryService } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { Surface, type RenderedProblem } from './surface.js';
import { SurfaceRegistry } from './surface-registry.js';

class Named extends Surface {
  constructor(readonly prefixes: readonly string[]) {
    super();
  }

  render(): RenderedProblem {
    return { status: 400, contentType: 'text/plain', body: this.prefixes.join() };
  }
}

const registryOf = (...providers: readonly unknown[]): SurfaceRegistry => {
  const wrappers = providers.map((instance) => ({ instance }));
  const registry = new SurfaceRegistry({ getProviders: () => wrappers } as unknown as DiscoveryService);
  registry.onModuleInit();
  return registry;
};

describe('the surface of a path', () => {
  const rest = new Named(['/']);
  const models = new Named(['/api/models', '/api/user/psk']);
  const decisions = new Named(['/api/models/decisions']);
  const registry = registryOf(rest, 'another provider', undefined, models, decisions);

  it.each([
    ['/api/models', models],
    ['/api/models/churn', models],
    ['/api/modelsx', rest],
    ['/api/user/psk', models],
    ['/api/user', rest],
    ['/api/models/decisions', decisions],
    ['/api/models/decisions/1', decisions],
    ['/', rest],
    ['*', rest],
    ['', rest],
  ])('%j is the one with the longest prefix that ends where a segment does', (path, surface) => {
    expect(registry.surfaceOf(path)).toBe(surface);
  });

  it('is missing only where nobody takes the rest', () => {
    expect(() => registryOf(models).surfaceOf('/elsewhere')).toThrow('no surface owns /elsewhere');
  });
});
