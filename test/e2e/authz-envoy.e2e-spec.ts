import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { startApp, type App } from '../support/app.js';
import { givenDeployment, givenUserWithPsk, type IssuedPsk } from '../support/governed.js';

// There is no Envoy to run here. So the documented configuration is read, held to what the service really sends, and
// followed step by step for one request, as Envoy's manual says it would be.

interface Patterns {
  readonly patterns: readonly { readonly exact: string }[];
}

interface ExtAuthz {
  readonly failure_mode_allow: boolean;
  readonly allowed_headers: Patterns;
  readonly http_service: {
    readonly path_prefix: string;
    readonly server_uri: { readonly cluster: string };
    readonly authorization_response: {
      readonly allowed_upstream_headers: Patterns;
      readonly allowed_client_headers: Patterns;
    };
  };
}

interface ConnectionManager {
  readonly normalize_path: boolean;
  readonly merge_slashes: boolean;
  readonly path_with_escaped_slashes_action: string;
  readonly route_config: {
    readonly request_headers_to_remove: readonly string[];
    readonly virtual_hosts: readonly {
      readonly routes: readonly { readonly match: object; readonly route: { readonly cluster: string } }[];
    }[];
  };
  readonly http_filters: readonly { readonly name: string; readonly typed_config: unknown }[];
}

interface Bootstrap {
  readonly static_resources: {
    readonly listeners: readonly {
      readonly filter_chains: readonly { readonly filters: readonly { readonly typed_config: unknown }[] }[];
    }[];
    readonly clusters: readonly { readonly name: string }[];
  };
}

type Headers = Readonly<Record<string, string>>;

const INVOKE = '/api/models/churn/deployments/prod/run/predict';
const IDENTITY = ['decision-id', 'reason', 'user-id', 'username', 'roles', 'credential', 'psk-id'].map(
  (name) => `x-gov-${name}`,
);

let bootstrap: Bootstrap;
let manager: ConnectionManager;
let check: ExtAuthz;
let removedBefore: readonly string[];

const only = <T>(list: readonly T[]): T => {
  expect(list).toHaveLength(1);
  return list[0] as T;
};
const names = ({ patterns }: Patterns): string[] => patterns.map(({ exact }) => exact);
const without = (headers: Headers, removed: readonly string[]): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !removed.includes(name)));
const keeping = (headers: Headers, kept: readonly string[]): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => kept.includes(name)));

beforeAll(async () => {
  bootstrap = parse(await readFile('docs/envoy/envoy.yaml', 'utf8')) as Bootstrap;
  const listener = only(bootstrap.static_resources.listeners);
  manager = only(only(listener.filter_chains).filters).typed_config as ConnectionManager;
  const [mutation, authz] = manager.http_filters;
  const mutations = mutation?.typed_config as {
    mutations: { request_mutations: readonly { remove: string }[] };
  };
  removedBefore = mutations.mutations.request_mutations.map(({ remove }) => remove);
  check = authz?.typed_config as ExtAuthz;
});

describe('the documented Envoy configuration', () => {
  it('cleans, checks and routes, in this order', () => {
    expect(manager.http_filters.map(({ name }) => name)).toStrictEqual([
      'envoy.filters.http.header_mutation',
      'envoy.filters.http.ext_authz',
      'envoy.filters.http.router',
    ]);
  });

  it('stays closed when the service is away, and hands over no body', () => {
    expect(check.failure_mode_allow).toBe(false);
    expect(check).not.toHaveProperty('with_request_body');
  });

  it('leaves the path as the client sent it', () => {
    const { normalize_path, merge_slashes, path_with_escaped_slashes_action } = manager;
    expect([normalize_path, merge_slashes, path_with_escaped_slashes_action]).toStrictEqual([
      false,
      false,
      'KEEP_UNCHANGED',
    ]);
  });

  it('has no route but the one that is checked, and knows its clusters', () => {
    const { match, route } = only(only(manager.route_config.virtual_hosts).routes);
    expect(match).toStrictEqual({ prefix: '/api/models/' });
    expect(bootstrap.static_resources.clusters.map(({ name }) => name).sort()).toStrictEqual(
      [check.http_service.server_uri.cluster, route.cluster].sort(),
    );
  });
});

describe('a request that follows it', () => {
  let app: App;
  let alice: IssuedPsk;

  beforeAll(async () => {
    app = await startApp();
    await givenDeployment(app, 'prod', { roles: ['nx1_engineer'] });
    alice = await givenUserWithPsk(app, 'u-alice', { roles: ['nx1_engineer'] });
  });
  afterAll(() => app.stop());

  /** What the upstream gets, or what the client gets instead. */
  const follow = async (path: string, sent: Headers): Promise<{ status: number; headers: Headers }> => {
    const cleaned = without(sent, removedBefore);
    const answer = await app.request('GET', check.http_service.path_prefix + path, {
      headers: keeping(cleaned, names(check.allowed_headers)),
    });
    const { allowed_upstream_headers, allowed_client_headers } = check.http_service.authorization_response;
    if (answer.status !== 200) {
      const shown = [...names(allowed_client_headers), 'www-authenticate', 'content-length'];
      return { status: answer.status, headers: keeping(answer.headers, shown) };
    }
    const identified = { ...cleaned, ...keeping(answer.headers, names(allowed_upstream_headers)) };
    return { status: 200, headers: without(identified, manager.route_config.request_headers_to_remove) };
  };

  it('arrives with who it comes from, without its credential and without what it said itself', async () => {
    const forged = Object.fromEntries(IDENTITY.map((name) => [name, 'forged']));
    const credentials: readonly Headers[] = [
      { 'authorization-psk': alice.psk },
      { authorization: `Bearer ${alice.psk}` },
      { 'authorization-psk': app.platformPsk },
    ];
    for (const credential of credentials) {
      const { status, headers } = await follow(INVOKE, { accept: '*/*', ...credential, ...forged });
      expect(status).toBe(200);
      expect(Object.keys(headers).sort()).toStrictEqual(['accept', ...IDENTITY].sort());
      expect(Object.values(headers)).not.toContain('forged');
    }
  });

  it('is refused with the challenge, or with the reason', async () => {
    const unknown = await follow(INVOKE, {});
    expect(unknown).toStrictEqual({
      status: 401,
      headers: {
        'www-authenticate': 'Bearer realm="governance"',
        'content-length': '0',
        'x-gov-decision-id': expect.any(String),
        'x-gov-reason': 'no_credential',
      },
    });
    const tricked = await follow(`${INVOKE}/../../x`, { 'authorization-psk': alice.psk });
    expect([tricked.status, tricked.headers['x-gov-reason']]).toStrictEqual([403, 'bad_path']);
  });
});
