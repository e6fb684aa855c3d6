import { startApp, type App } from './app.js';
import type { Answer, RequestOptions } from './http-client.js';
import { AUDIENCE, CLIENT_ID, OpenIdProvider, type Person } from './openid-provider.js';
import { Clock } from '../../src/platform/clock/clock.js';

export const alice: Person = { sub: 'u-alice', username: 'alice', roles: ['nx1_engineer'] };
export const bob: Person = { sub: 'u-bob', username: 'bob' };

/** The real time, by which the provider issues its tokens, until a test moves on. */
export class ShiftedClock extends Clock {
  private shift = 0;

  now(): Date {
    return new Date(Date.now() + this.shift);
  }

  advance(seconds: number): void {
    this.shift += seconds * 1000;
  }
}

/** The service beside a real OpenID provider whose tokens it takes. */
export interface IdentityApp extends App {
  readonly provider: OpenIdProvider;
  readonly clock: ShiftedClock;
}

export const startIdentityApp = async (
  env: Readonly<Record<string, string>> = {},
  provider?: OpenIdProvider,
): Promise<IdentityApp> => {
  const openId = provider ?? (await OpenIdProvider.start());
  const clock = new ShiftedClock();
  const app = await startApp({
    clock,
    env: {
      KEYCLOAK_ISSUER: openId.issuer,
      KEYCLOAK_AUDIENCE: AUDIENCE,
      KEYCLOAK_CLIENT_ID: CLIENT_ID,
      ...env,
    },
  });
  const stop = async (): Promise<void> => {
    await app.stop();
    await openId.close();
  };
  // Not spread: the address of the app is a getter.
  return Object.defineProperties(Object.create(app) as IdentityApp, {
    provider: { value: openId },
    clock: { value: clock },
    stop: { value: stop },
  });
};

/** A call that anybody may make whose credential is good. */
export const probe = (app: App, options: RequestOptions): Promise<Answer> =>
  app.request('GET', '/api/models/churn/deployments', options);

export const condition = async (met: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await met())) await new Promise((resolve) => setTimeout(resolve, 10));
};
