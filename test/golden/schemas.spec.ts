import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { dataSchemaOf } from '../../src/domain/event-schemas.js';
import { currentSchemaVersions, isEventType } from '../../src/domain/events.js';
import type { RecordedEvent } from '../../src/event-store/event-store.js';
import { newAjv, schemaFaults } from '../support/event-schemas.js';

const versions = Object.entries(currentSchemaVersions).flatMap(([type, current]) =>
  Array.from({ length: current }, (_, i): [type: string, version: number] => [type, i + 1]),
);

const sampleOf = (type: string, version: number): RecordedEvent =>
  (JSON.parse(readFileSync(`test/golden/${type}.v${version}.json`, 'utf8')) as { event: RecordedEvent })
    .event;

describe('the schema of an event', () => {
  it('is there for every version of every type, and for no later one', () => {
    for (const [type, current] of Object.entries(currentSchemaVersions)) {
      if (!isEventType(type)) throw new Error(`${type} is not in the catalogue`);
      const found = Array.from({ length: current + 1 }, (_, i) => dataSchemaOf(type, i + 1) !== undefined);
      expect([type, ...found]).toEqual([type, ...Array.from({ length: current }, () => true), false]);
      expect(dataSchemaOf(type, 0)).toBeUndefined();
    }
  });

  describe.each(versions)('%s, version %i', (type, version) => {
    const sample = sampleOf(type, version);

    it('is a JSON Schema of 2020-12', () => {
      if (!isEventType(type)) throw new Error(`${type} is not in the catalogue`);
      expect(newAjv().validateSchema(dataSchemaOf(type, version) ?? false)).toBe(true);
    });

    it('describes the stored sample, and nothing less or more than it', () => {
      expect(schemaFaults(sample)).toEqual([]);
      expect(schemaFaults({ ...sample, data: { ...sample.data, unheardOf: 1 } })).toHaveLength(1);
      const { required } = (isEventType(type) && dataSchemaOf(type, version)) as { required: string[] };
      for (const member of required) {
        const { [member]: _, ...rest } = sample.data;
        expect([member, schemaFaults({ ...sample, data: rest }).length > 0]).toEqual([member, true]);
      }
    });
  });

  it('is not found under the name of a property', () => {
    for (const type of ['constructor', '__proto__', 'toString'])
      expect(schemaFaults({ ...sampleOf('RolesReplaced', 1), type })).toEqual([
        `${type} has no schema of version 1`,
      ]);
  });
});
