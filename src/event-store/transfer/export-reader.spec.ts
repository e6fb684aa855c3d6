import { beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryEventStore } from '../../../test/support/memory-event-store.js';
import { exported, fillLog, pieces, readLog } from '../../../test/support/transfer.js';
import type { RecordedEvent } from '../event-store.js';
import { ExportReader } from './export-reader.js';

let store: MemoryEventStore;
let text: string;
let lines: readonly string[];

beforeAll(async () => {
  store = new MemoryEventStore();
  await fillLog(store, 12);
  text = await exported(store);
  lines = text.trimEnd().split('\n');
});

const read = async (input: string, size?: number): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const { event } of new ExportReader(pieces(input, size)).read()) events.push(event);
  return events;
};

const joined = (changed: readonly (string | undefined)[]): string =>
  changed.filter((line) => line !== undefined).join('\n');

describe('reading an exported log', () => {
  it.each([1, 7, 100, 1_000_000])('gives the events back, in pieces of %i characters', async (size) => {
    expect(await read(text, size)).toEqual(await readLog(store));
  });

  it('takes it without a line feed at its end, and written anew by another tool', async () => {
    const spaced = lines.map((line) => line.replace(/^\{/, '{ ').replace('"stream":', '"stream" : '));
    expect(await read(joined(spaced))).toEqual(await readLog(store));
  });

  it('cut off anywhere is no whole log', async () => {
    for (let length = 0; length < text.length - 1; length += 97) {
      await expect(read(text.slice(0, length))).rejects.toThrow();
    }
    for (let count = 1; count < lines.length; count++) {
      const reason = `it was cut off after ${count - 1} events: its last line is missing`;
      await expect(read(joined(lines.slice(0, count)))).rejects.toThrow(reason);
    }
  });

  it.each<[string, () => readonly (string | undefined)[], RegExp]>([
    ['nothing', () => [], /^there is nothing in it$/],
    ['another file', () => ['hello'], /^line 1: it is not JSON$/],
    ['what npm prints first', () => ['', '> countersign', ...lines], /^line 1: it is not JSON$/],
    ['another JSON file', () => ['{"a":1}'], /^line 1: it does not begin as an exported log does$/],
    [
      'a later format',
      () => ['{"format":"countersign-log","version":2}', ...lines.slice(1)],
      /^line 1: it has format 2, this build reads format 1$/,
    ],
    ['one event less', () => lines.filter((_, i) => i !== 4), /^it was changed or damaged/],
    [
      'two events swapped',
      () => lines.map((_, i) => lines[i === 3 ? 4 : i === 4 ? 3 : i]),
      /^line 5: position 1 comes after 2$|^line 5: position \d+ comes after \d+$/,
    ],
    [
      'a changed word',
      () => lines.map((line, i) => (i === 3 ? line.replace('"churn"', '"churm"') : line)),
      /^it was changed or damaged: it should hold \d+ events with digest [0-9a-f]{64}, and holds/,
    ],
    [
      'members of the data in another order',
      () =>
        lines.map((line, i) =>
          i === 1 ? line.replace(/"data":\{("[^"]+":"[^"]+"),("[^"]+":"[^"]+")/, '"data":{$2,$1') : line,
        ),
      /^it was changed or damaged/,
    ],
    [
      'an event that is none',
      () => [lines[0], '{"stream":"s","id":1}'],
      /^line 2: its stream, id or type is not a text$/,
    ],
    [
      'an event without data',
      () => [lines[0], '{"stream":"s","id":"i","type":"t","data":[],"metadata":{}}'],
      /^line 2: its data or metadata is not an object$/,
    ],
    [
      'a revision that is none',
      () => [lines[0], lines[1]!.replace('"revision":"0"', '"revision":"-1"')],
      /^line 2: its revision is not a text of digits$/,
    ],
    ['an empty line', () => [lines[0], '', ...lines.slice(1)], /^line 2: it is not JSON$/],
    ['a line that is neither', () => [lines[0], '{}'], /^line 2: it is not an event$/],
    ['two logs in one', () => [...lines, ...lines], /there is more after the last line$/],
    ['a file without lines', () => ['x'.repeat(3 * 1024 * 1024)], /^a line is longer than any event can be$/],
  ])('refuses %s', async (_, changed, reason) => {
    await expect(read(joined(changed()), 100_000)).rejects.toThrow(reason);
  });
});
