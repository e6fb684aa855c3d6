import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import { startApp, type App } from '../support/app.js';

interface Operation {
  readonly summary?: string;
  readonly operationId?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

describe('the OpenAPI document', () => {
  let app: App;
  let document: {
    openapi: string;
    info: { version: string };
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, AnySchema> };
  };
  const operations = (): [name: string, operation: Operation][] =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    );
  const headersOf = ({ parameters = [] }: Operation): string[] =>
    parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name);

  beforeAll(async () => {
    app = await startApp();
    const answer = await app.request('GET', '/openapi.json');
    expect([answer.status, answer.headers['content-type']]).toStrictEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    document = answer.json;
  });
  afterAll(() => app.stop());

  it('is version 3.1, of this version of the product', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect([document.openapi, document.info.version]).toStrictEqual(['3.1.0', version]);
  });

  it('fits the schema that the standard gives for it', async () => {
    const { valid, errors } = await new Validator().validate(document);
    expect([valid, errors]).toStrictEqual([true, undefined]);
  });

  it('describes every route there is, and no other', () => {
    const routes = app.routes
      // A HEAD is the GET without its body; a proxy may ask by any method, in one description.
      .filter(({ method, pattern }) => method !== 'HEAD' && pattern !== '/authz/check')
      .map(({ method, pattern }) => `${method} ${pattern.replace(/:(\w+)/g, '{$1}')}`);
    const described = operations()
      .map(([name]) => name)
      .filter((name) => !name.includes('/authz/check'));
    expect(described.sort()).toStrictEqual(routes.sort());
    expect(Object.keys(document.paths)).toContain('/authz/check/{path}');
  });

  it('says of each what it is for, and names it once', () => {
    const silent = operations().filter(([, { summary = '' }]) => summary === '');
    expect(silent.map(([name]) => name)).toStrictEqual([]);
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says which refusals each can meet', () => {
    for (const [name, { security = [], responses }] of operations()) {
      // What proxies ask is answered in the few statuses that they understand.
      if (security.length === 0 || name.includes('/authz/check')) continue;
      expect([name, ...Object.keys(responses)]).toStrictEqual(
        expect.arrayContaining(['400', '401', '429', '431', '503']),
      );
    }
  });

  it('says which headers a read and a write take', () => {
    const named = new Map(operations());
    expect(headersOf(named.get('GET /governance/v1/audit') as Operation)).toContain('X-Min-Position');
    expect(headersOf(named.get('PUT /governance/v1/groups/{groupId}') as Operation).sort()).toStrictEqual([
      'Idempotency-Key',
      'If-Match',
      'X-Change-Reason',
      'X-Correlation-Id',
    ]);
    expect(headersOf(named.get('POST /api/user/psk') as Operation)).not.toContain('Idempotency-Key');
    expect(headersOf(named.get('POST /api/authz/decisions') as Operation)).toStrictEqual(['X-Min-Position']);
    expect(headersOf(named.get('GET /livez') as Operation)).toStrictEqual([]);
  });

  it('holds schemas that are JSON Schema 2020-12, and refers to nothing that is not there', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'openapi', ...document });
    const names = Object.keys(document.components.schemas);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      expect(() => ajv.compile({ $ref: `openapi#/components/schemas/${name}` })).not.toThrow();
    }
    const references = JSON.stringify(document).match(/"\$ref":"#\/components\/schemas\/[^"]+"/g) ?? [];
    const missing = references.filter(
      (reference) => !names.includes(reference.split('/').pop()?.slice(0, -1) ?? ''),
    );
    expect(missing).toStrictEqual([]);
    expect(JSON.stringify(document)).not.toContain('"nullable":');
  });

  it('can be read in a browser, which loads nothing from elsewhere', async () => {
    const page = await app.request('GET', '/docs');
    expect([page.status, page.headers['content-type']]).toStrictEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
    const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url as string);
    expect(loaded).toHaveLength(3);
    for (const url of loaded) {
      expect([url, (await app.request('GET', url)).status]).toStrictEqual([url, 200]);
    }
    expect((await app.request('GET', '/docs/..%2fpackage.json')).status).toBe(404);
    expect((await app.request('GET', '/docs/package.json')).status).toBe(404);
  });
});
