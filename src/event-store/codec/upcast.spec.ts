import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '../event-store.js';
import { createUpcast, type Upcasters } from './upcast.js';

const stored = (type: string, schemaVersion: number, data: RecordedEvent['data']): RecordedEvent => ({
  id: '3f2b8c1e-4d5a-4789-8bcd-ef0123456789',
  type,
  data,
  metadata: {
    occurredAt: '2026-05-04T03:02:01.000Z',
    schemaVersion,
    actor: { kind: 'user', id: 'u-1' },
    credential: { type: 'user_psk', id: 'psk-1' },
    correlationId: 'c',
    causationId: 'r',
  },
  stream: 'deployment-1',
  revision: 4n,
  position: 17n,
});

const upcasters: Upcasters = {
  RolesReplaced: {
    1: ({ roles, ...rest }) => ({ ...rest, after: roles }),
    2: (data) => ({ before: null, ...data }),
  },
};
const upcast = createUpcast({ RolesReplaced: 3, DeploymentArchived: 1 }, upcasters);

describe('upcast', () => {
  it.each([
    [1, { name: 'prod', roles: ['a'] }],
    [2, { name: 'prod', after: ['a'] }],
    [3, { name: 'prod', before: null, after: ['a'] }],
  ])('brings version %i to the current one, step by step, and leaves the rest alone', (version, data) => {
    const event = stored('RolesReplaced', version, data);
    expect(upcast(event)).toStrictEqual({
      ...event,
      data: { name: 'prod', before: null, after: ['a'] },
      metadata: { ...event.metadata, schemaVersion: 3 },
    });
  });

  it('leaves what was stored untouched', () => {
    const event = stored('RolesReplaced', 1, Object.freeze({ roles: ['a'] }));
    upcast(event);
    expect(event).toStrictEqual(stored('RolesReplaced', 1, { roles: ['a'] }));
  });

  it.each([
    ['NeverHeardOf', 1, 'event type NeverHeardOf is not known'],
    ['toString', 1, 'event type toString is not known'],
    ['RolesReplaced', 4, 'RolesReplaced has schema version 4, this build knows up to 3'],
    ['RolesReplaced', 0, 'RolesReplaced has no valid schema version: 0'],
    ['RolesReplaced', 1.5, 'RolesReplaced has no valid schema version: 1.5'],
    ['RolesReplaced', undefined as unknown as number, 'RolesReplaced has no valid schema version: undefined'],
  ])('refuses %s version %s', (type, version, message) => {
    expect(() => upcast(stored(type, version, {}))).toThrow(
      expect.objectContaining({ name: 'UnreadableEvent', message }),
    );
  });

  it('refuses a version whose step is missing', () => {
    const gap = createUpcast({ RolesReplaced: 3 }, { RolesReplaced: { 1: (data) => data } });
    expect(() => gap(stored('RolesReplaced', 1, {}))).toThrow('no upcaster for RolesReplaced version 2');
  });
});
