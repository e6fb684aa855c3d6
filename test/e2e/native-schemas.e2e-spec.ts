import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { aggregateOf } from '../../src/domain/event-aggregates.js';
import { BOOKKEEPING_AGGREGATES, currentSchemaVersions, isEventType } from '../../src/domain/events.js';
import { startApp, type App } from '../support/app.js';
import { newAjv } from '../support/event-schemas.js';
import { givenDeployment, givenUserWithPsk } from '../support/governed.js';

const specification = createRequire(import.meta.url)(
  '@asyncapi/specs/schemas/3.0.0-without-$id.json',
) as object;

type Json = Readonly<Record<string, never>>;
interface Document {
  readonly asyncapi: string;
  readonly servers?: Json;
  readonly channels: Readonly<Record<string, { address: string | null; messages: Json }>>;
  readonly operations: Json;
  readonly components: { readonly messages: Json; readonly schemas: Json };
}

describe('what is published of the events', () => {
  let app: App;
  let alice: string;

  beforeAll(async () => {
    app = await startApp();
    ({ psk: alice } = await givenUserWithPsk(app, 'alice', { roles: ['nx1_engineer'] }));
    await givenDeployment(app, 'prod', { owner: 'alice', roles: ['nx1_engineer'] });
  });
  afterAll(() => app.stop());

  describe('GET /governance/v1/schemas/{eventType}/{version}', () => {
    it('is where the dataschema of each event leads, and describes its data', async () => {
      const { items } = (await app.request('GET', '/governance/v1/events', { psk: app.platformPsk }))
        .json as {
        items: { dataschema: string; data: object }[];
      };
      expect(items.length).toBeGreaterThan(3);
      for (const { dataschema, data } of items) {
        const answer = await app.request('GET', dataschema, { psk: alice });
        expect([answer.status, answer.headers['content-type']]).toEqual([
          200,
          'application/schema+json; charset=utf-8',
        ]);
        expect(answer.json).toMatchObject({
          $schema: 'https://json-schema.org/draft/2020-12/schema',
          $id: dataschema,
        });
        const validate = newAjv().compile(answer.json as object);
        expect([validate(data), validate({})]).toEqual([true, false]);
      }
    });

    it('has every type of the catalogue', async () => {
      for (const [type, version] of Object.entries(currentSchemaVersions)) {
        const answer = await app.request('GET', `/governance/v1/schemas/${type}/${version}`, { psk: alice });
        expect([type, answer.status]).toEqual([type, 200]);
      }
    });

    it.each([
      'RolesReplaced/2',
      'RolesReplaced/0',
      'RolesReplaced/01',
      'RolesReplaced/x',
      'Nothing/1',
      'constructor/1',
    ])('has no %s', async (path) => {
      const answer = await app.request('GET', `/governance/v1/schemas/${path}`, { psk: alice });
      expect(answer.status).toBe(404);
      expect(answer.json).toMatchObject({ type: 'urn:countersign:problem:schema-not-found', status: 404 });
    });

    it('is for callers who are known', async () => {
      expect((await app.request('GET', '/governance/v1/schemas/RolesReplaced/1')).status).toBe(401);
    });
  });

  describe('/asyncapi.json', () => {
    const load = async (from: App): Promise<Document> => {
      const answer = await from.request('GET', '/asyncapi.json');
      expect([answer.status, answer.headers['content-type']]).toEqual([
        200,
        'application/json; charset=utf-8',
      ]);
      return answer.json as Document;
    };

    it('is an AsyncAPI 3 document by the schema of its standard', async () => {
      const ajv = new Ajv({ strict: false, allErrors: true });
      formats.default(ajv);
      const validate = ajv.compile(specification);
      const elsewhere = await startApp({ env: { PUBLIC_URL: 'https://governance.example/base' } });
      try {
        for (const document of [await load(app), await load(elsewhere)]) {
          validate(document);
          expect(validate.errors ?? []).toEqual([]);
        }
        expect((await load(elsewhere)).servers).toMatchObject({
          countersign: { host: 'governance.example', protocol: 'https', pathname: '/base' },
        });
        expect(validate({ ...(await load(app)), operations: { broken: { action: 'shout' } } })).toBe(false);
      } finally {
        await elsewhere.stop();
      }
    });

    it('has the three ways, and each event type that is handed out', async () => {
      const { channels, components } = await load(app);
      expect(Object.entries(channels).map(([name, { address }]) => [name, address])).toEqual([
        ['feed', '/governance/v1/events'],
        ['stream', '/governance/v1/events/stream'],
        ['webhook', null],
      ]);
      const handedOut = Object.keys(currentSchemaVersions).filter(
        (type) => isEventType(type) && !BOOKKEEPING_AGGREGATES.includes(aggregateOf[type]),
      );
      expect(Object.keys(components.messages)).toEqual(handedOut);
      expect(Object.keys(channels['feed']!.messages)).toEqual(handedOut);
      expect(Object.keys(channels['stream']!.messages)).toEqual(handedOut);
      expect(Object.keys(channels['webhook']!.messages)).toEqual(
        handedOut.filter((type) => isEventType(type) && aggregateOf[type] !== 'webhook'),
      );
    });

    it('refers to nothing that is not there', async () => {
      const document = await load(app);
      const references = JSON.stringify(document).match(/"\$ref":"#[^"]+"/g) ?? [];
      expect(references.length).toBeGreaterThan(100);
      for (const reference of references) {
        const path = reference.slice('"$ref":"#/'.length, -1).split('/');
        const found = path.reduce<unknown>(
          (at, name) => (at as Record<string, unknown> | undefined)?.[name],
          document,
        );
        expect([reference, typeof found]).toEqual([reference, 'object']);
      }
    });

    it('describes each event that is sent as it is sent', async () => {
      const document = await load(app);
      const ajv = new Ajv2020({ strict: false });
      formats.default(ajv);
      ajv.addSchema({ $id: 'asyncapi', components: document.components }, undefined, undefined, false);
      const { items } = (await app.request('GET', '/governance/v1/events', { psk: app.platformPsk }))
        .json as {
        items: { type: string; data: object }[];
      };
      for (const event of items) {
        const type = event.type.split('.')[2] ?? '';
        const validate = ajv.compile({ $ref: `asyncapi#/components/messages/${type}/payload` });
        expect([type, validate(event), validate.errors]).toEqual([type, true, null]);
        expect(validate({ ...event, type: 'countersign.deployment.Else' })).toBe(false);
        expect(validate({ ...event, sequence: 7 })).toBe(false);
        expect(validate({ ...event, data: {} })).toBe(false);
      }
    });
  });
});
