import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { currentSchemaVersions, isEventType } from '../../src/domain/events.js';
import { upcast } from '../../src/event-store/codec/upcast.js';
import type { EventData, RecordedEvent } from '../../src/event-store/event-store.js';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';

// Beside this file's source; the compiler does not copy them.
const FOLDER = fileURLToPath(new URL('../../../test/golden/', import.meta.url));

/** `<EventType>.v<version>.json`: an event as it was stored. Such a file is never changed: logs hold its like. */
interface Sample {
  readonly file: string;
  readonly type: string;
  readonly version: number;
  readonly event: RecordedEvent;
  /** The data in today's schema; there only when that is another one. */
  readonly upcastData?: EventData;
}

const samples: readonly Sample[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const [, type = '', version = ''] = /^(\w+)\.v(\d+)\.json$/.exec(file) ?? [];
    const { event, ...rest } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Sample;
    const { revision, position } = event;
    return {
      ...rest,
      file,
      type,
      version: Number(version),
      event: { ...event, revision: BigInt(revision), position: BigInt(position) },
    };
  });

describe('stored events of every version ever published', () => {
  const wanted = Object.entries(currentSchemaVersions).flatMap(([type, current]) =>
    Array.from({ length: current }, (_, i) => `${type}.v${i + 1}.json`),
  );

  it('there is a sample of each type and version of the catalogue, and no other', () => {
    expect(samples.map(({ file }) => file).sort((a, b) => a.localeCompare(b))).toEqual(
      wanted.sort((a, b) => a.localeCompare(b)),
    );
  });

  describe.each(samples.map((sample) => [sample.file, sample] as const))('%s', (_, sample) => {
    const { type, version, event, upcastData } = sample;

    it('is what its name says', () => {
      expect([event.type, event.metadata.schemaVersion]).toEqual([type, version]);
    });

    it('reads in the current schema, all else untouched', () => {
      if (!isEventType(type)) throw new Error(`${type} is not in the catalogue`);
      const current = currentSchemaVersions[type];
      expect(upcastData === undefined).toBe(version === current);
      expect(upcast(event)).toStrictEqual({
        ...event,
        data: upcastData ?? event.data,
        metadata: { ...event.metadata, schemaVersion: current },
      });
    });
  });

  it('all of them come back from the log as they went in', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-golden-'));
    const store = await SqliteEventStore.open({ dataDir });
    for (const { event } of samples) await store.append(event.stream, [event], 'any');
    const stored: RecordedEvent[] = [];
    for await (const event of store.readAll()) stored.push(event);
    await store.close();
    await rm(dataDir, { recursive: true });

    const places = { revision: expect.any(BigInt), position: expect.any(BigInt) };
    expect(stored).toEqual(samples.map(({ event }) => ({ ...event, ...places })));
  });
});
