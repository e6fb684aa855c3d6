import { describe, expect, it } from '@jest/globals';
import { currentSchemaVersions, isEventType, splitStreamName, streamName } from './events.js';

describe('the catalogue of events', () => {
  it('gives every type a schema version from 1 on', () => {
    for (const version of Object.values(currentSchemaVersions)) {
      expect(Number.isSafeInteger(version)).toBe(true);
      expect(version).toBeGreaterThanOrEqual(1);
    }
  });

  it('knows its own names and nothing that merely sounds like a property', () => {
    expect(isEventType('RolesReplaced')).toBe(true);
    for (const name of ['rolesReplaced', '', 'constructor', '__proto__', 'toString']) {
      expect(isEventType(name)).toBe(false);
    }
  });
});

describe('the name of a stream', () => {
  it.each([
    ['deployment', '11111111-1111-4111-8111-111111111111'],
    ['artifact', 'model-churn'],
    ['user', ''],
    ['psk', '-'],
  ])('%s and %j come apart as they were put together', (aggregate, id) =>
    expect(splitStreamName(streamName(aggregate, id))).toStrictEqual({ aggregate, id }),
  );

  it('without a dash is an aggregate alone', () =>
    expect(splitStreamName('counter')).toStrictEqual({ aggregate: 'counter', id: '' }));
});
