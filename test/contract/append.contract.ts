import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  MAX_APPEND_BYTES,
  type ExpectedRevision,
  type NewEvent,
  type RevisionConflict,
} from '../../src/event-store/event-store.js';
import type { StoreUnderTest } from './event-store.contract.js';
import { bytesOf, collect, eventOfBytes, newEvent, newEvents, newStream } from './event-store.fixtures.js';

type Four = readonly [NewEvent, NewEvent, NewEvent, NewEvent];

const conflict = (stream: string, expected: ExpectedRevision, actual: bigint | 'no-stream'): object =>
  expect.objectContaining({ name: 'RevisionConflict', stream, expected, actual });

export const appendContract = (subject: StoreUnderTest): void => {
  const idsIn = async (stream: string): Promise<string[]> =>
    (await collect(subject.store.readStream(stream))).map(({ id }) => id);

  it('numbers the events of a stream from 0 and answers with the last one', async () => {
    const stream = newStream();
    const before = await subject.store.head();
    const first = await subject.store.append(stream, newEvents(3), 'no-stream');
    const second = await subject.store.append(stream, newEvents(2), 2n);

    expect([first.revision, second.revision]).toEqual([2n, 4n]);
    expect(first.position).toBeGreaterThan(before);
    expect(second.position).toBeGreaterThan(first.position);
    expect(await subject.store.head()).toBe(second.position);
    const stored = await collect(subject.store.readStream(stream));
    expect(stored.map(({ revision }) => revision)).toEqual([0n, 1n, 2n, 3n, 4n]);
    expect(stored.at(-1)!.position).toBe(second.position);
  });

  describe('expected revision', () => {
    // [stream has, expected] → revision answered, or where the stream is instead
    const table: [
      events: number,
      expected: ExpectedRevision,
      outcome: bigint | { actual: bigint | 'no-stream' },
    ][] = [
      [0, 'no-stream', 0n],
      [0, 'any', 0n],
      [0, 'stream-exists', { actual: 'no-stream' }],
      [0, 0n, { actual: 'no-stream' }],
      [0, 7n, { actual: 'no-stream' }],
      [1, 'no-stream', { actual: 0n }],
      [1, 'any', 1n],
      [1, 'stream-exists', 1n],
      [1, 0n, 1n],
      [1, 1n, { actual: 0n }],
      [1, 7n, { actual: 0n }],
      [3, 'no-stream', { actual: 2n }],
      [3, 'any', 3n],
      [3, 'stream-exists', 3n],
      [3, 0n, { actual: 2n }],
      [3, 1n, { actual: 2n }],
      [3, 2n, 3n],
      [3, 3n, { actual: 2n }],
      [3, 2n ** 60n, { actual: 2n }],
    ];

    it.each(table)('a stream of %s events, expected %s', async (count, expected, outcome) => {
      const stream = newStream();
      const present = newEvents(count);
      if (count > 0) await subject.store.append(stream, present, 'no-stream');
      const event = newEvent();

      const result = subject.store.append(stream, [event], expected);

      if (typeof outcome === 'bigint') {
        expect((await result).revision).toBe(outcome);
        expect(await idsIn(stream)).toEqual([...present, event].map(({ id }) => id));
      } else {
        await expect(result).rejects.toEqual(conflict(stream, expected, outcome.actual));
        expect(await idsIn(stream)).toEqual(present.map(({ id }) => id));
      }
    });

    it('says where the stream is and what was expected', async () => {
      const stream = newStream();
      await subject.store.append(stream, newEvents(2), 'no-stream');
      const error = await subject.store.append(stream, newEvents(1), 0n).catch((e: RevisionConflict) => e);
      expect((error as Error).message).toBe(`stream ${stream} is at 1, expected 0`);
    });
  });

  describe('idempotent append', () => {
    const events = (): NewEvent[] => newEvents(3);

    it.each<[string, ExpectedRevision, ExpectedRevision]>([
      ['no-stream', 'no-stream', 'no-stream'],
      ['any, at first', 'any', 'any'],
      ['any, then stream-exists', 'any', 'stream-exists'],
    ])('repeats the first answer: %s', async (_, first, again) => {
      const stream = newStream();
      const batch = events();
      const answer = await subject.store.append(stream, batch, first);
      expect(await subject.store.append(stream, batch, again)).toEqual(answer);
      expect(await idsIn(stream)).toHaveLength(3);
    });

    it.each<ExpectedRevision>([1n, 'any', 'stream-exists'])(
      'repeats the first answer in the middle of a stream: %s',
      async (expected) => {
        const stream = newStream();
        await subject.store.append(stream, newEvents(2), 'no-stream');
        const batch = events();
        const answer = await subject.store.append(stream, batch, expected);
        await subject.store.append(stream, newEvents(2), 4n);

        expect(await subject.store.append(stream, batch, expected)).toEqual(answer);
        expect(await idsIn(stream)).toHaveLength(7);
      },
    );

    it('repeats the first answer to appends that race each other', async () => {
      const stream = newStream();
      const batch = events();
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => subject.store.append(stream, batch, 'no-stream')),
      );
      expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
      expect(await idsIn(stream)).toEqual(batch.map(({ id }) => id));
    });

    it('leaves the first data alone when the repeat brings other data', async () => {
      const stream = newStream();
      const event = newEvent({ said: 'first' });
      await subject.store.append(stream, [event], 'no-stream');
      await subject.store.append(stream, [{ ...event, data: { said: 'second' } }], 'no-stream');
      expect((await collect(subject.store.readStream(stream))).map(({ data }) => data)).toEqual([
        { said: 'first' },
      ]);
    });

    it('takes the same ids in another stream for other events', async () => {
      const batch = events();
      await subject.store.append(newStream(), batch, 'no-stream');
      const other = newStream();
      await subject.store.append(other, batch, 'no-stream');
      expect(await idsIn(other)).toEqual(batch.map(({ id }) => id));
    });

    // Made anew for each: where a store recognises events by their ids alone, the same ones in another stream confuse it.
    it.each<[string, ExpectedRevision, (events: Four) => NewEvent[]]>([
      ['the first event with a new one', 'no-stream', ([a, , , d]) => [a, d]],
      ['a new event with the second one', 'no-stream', ([, b, , d]) => [d, b]],
      ['the same events in another order', 'no-stream', ([a, b]) => [b, a]],
      ['all of them and one more', 'no-stream', ([a, b, c, d]) => [a, b, c, d]],
      ['the last one and one more', 1n, ([, , c, d]) => [c, d]],
      ['events that stand one later', 0n, ([, , c]) => [c]],
      ['the first event with a new one, at any revision', 'any', ([a, , , d]) => [a, d]],
      ['the last one and one more, at any revision', 'stream-exists', ([, , c, d]) => [c, d]],
    ])('a partial overlap is a conflict: %s', async (_, expected, overlapping) => {
      const stream = newStream();
      const four = newEvents(4) as unknown as Four;
      const present = four.slice(0, 3);
      await subject.store.append(stream, present, 'no-stream');
      await expect(subject.store.append(stream, overlapping(four), expected)).rejects.toEqual(
        conflict(stream, expected, 2n),
      );
      expect(await idsIn(stream)).toEqual(present.map(({ id }) => id));
    });

    it('a part of what was appended, at its own revision, is a repeat', async () => {
      const stream = newStream();
      const batch = events();
      const { position } = await subject.store.append(stream, batch, 'no-stream');
      expect(await subject.store.append(stream, batch.slice(1), 0n)).toEqual({ revision: 2n, position });
    });
  });

  describe('writers at once', () => {
    it('of 50 at one revision of one stream exactly one wins', async () => {
      const stream = newStream();
      await subject.store.append(stream, newEvents(1), 'no-stream');
      const racers = newEvents(50);
      const outcomes = await Promise.allSettled(
        racers.map((event) => subject.store.append(stream, [event], 0n)),
      );

      const winners = racers.filter((_, i) => outcomes[i]!.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toEqual(conflict(stream, 0n, 1n));
      }
      expect((await idsIn(stream)).slice(1)).toEqual(winners.map(({ id }) => id));
    });

    it('50 that try again until they win all get in, without a gap', async () => {
      const stream = newStream();
      await subject.store.append(stream, newEvents(1), 'no-stream');
      const write = async (event: NewEvent, at: bigint): Promise<void> => {
        try {
          await subject.store.append(stream, [event], at);
        } catch (error) {
          await write(event, (error as RevisionConflict).actual as bigint);
        }
      };
      const events = newEvents(50);
      await Promise.all(events.map((event) => write(event, 0n)));

      const stored = await collect(subject.store.readStream(stream));
      expect(stored.map(({ revision }) => revision)).toEqual(Array.from({ length: 51 }, (_, i) => BigInt(i)));
      expect(new Set(stored.slice(1).map(({ id }) => id))).toEqual(new Set(events.map(({ id }) => id)));
    });

    it('50 on streams of their own do not disturb each other', async () => {
      const streams = Array.from({ length: 50 }, newStream);
      const answers = await Promise.all(
        streams.map(async (stream) => {
          await subject.store.append(stream, newEvents(2), 'no-stream');
          return subject.store.append(stream, newEvents(1), 1n);
        }),
      );
      expect(answers.map(({ revision }) => revision)).toEqual(streams.map(() => 2n));
      expect(new Set(answers.map(({ position }) => position)).size).toBe(50);
    });

    it('a conflict does not disturb its neighbours, and later appends see earlier ones', async () => {
      const [stream, neighbour] = [newStream(), newStream()];
      const outcomes = await Promise.allSettled([
        subject.store.append(stream, newEvents(1), 'no-stream'),
        subject.store.append(stream, newEvents(1), 5n),
        subject.store.append(neighbour, newEvents(1), 'no-stream'),
        subject.store.append(stream, newEvents(2), 0n),
        subject.store.append(stream, newEvents(1), 'no-stream'),
        subject.store.append(stream, newEvents(1), 2n),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect(await idsIn(stream)).toHaveLength(4);
    });
  });

  describe('size', () => {
    it('takes an append of exactly the limit', async () => {
      const stream = newStream();
      const event = eventOfBytes(MAX_APPEND_BYTES);
      expect(bytesOf([event])).toBe(MAX_APPEND_BYTES);
      await subject.store.append(stream, [event], 'no-stream');
      expect((await collect(subject.store.readStream(stream)))[0]!.data).toEqual(event.data);
    });

    it.each<[string, () => NewEvent[]]>([
      ['one event', () => [eventOfBytes(MAX_APPEND_BYTES + 1)]],
      [
        'several together',
        () => [eventOfBytes(MAX_APPEND_BYTES / 2), eventOfBytes(MAX_APPEND_BYTES / 2 + 1)],
      ],
    ])('refuses one byte more: %s', async (_, make) => {
      const stream = newStream();
      await expect(subject.store.append(stream, make(), 'no-stream')).rejects.toEqual(
        expect.objectContaining({ name: 'AppendTooLarge', bytes: MAX_APPEND_BYTES + 1 }),
      );
      expect(await idsIn(stream)).toEqual([]);
    });

    it('counts bytes, not characters', async () => {
      const event = eventOfBytes(MAX_APPEND_BYTES);
      const filler = (event.data['filler'] as string).slice(2);
      const wider = { ...event, data: { filler: `€${filler}` } };
      await expect(subject.store.append(newStream(), [wider], 'no-stream')).rejects.toEqual(
        expect.objectContaining({ name: 'AppendTooLarge', bytes: MAX_APPEND_BYTES + 1 }),
      );
    });
  });

  describe('an append that no log takes', () => {
    const event = newEvent();
    const id = randomUUID();
    const bad: [string, string, NewEvent[], ExpectedRevision, RegExp][] = [
      ['no event', 's-1', [], 'any', /carries no event/],
      ['one id twice', 's-1', [event, event], 'any', /stands twice/],
      [
        'an id that is no UUID',
        's-1',
        [{ ...event, id: 'nonsense' }],
        'any',
        /UUID in lower case: "nonsense"/,
      ],
      ['an id in upper case', 's-1', [{ ...event, id: id.toUpperCase() }], 'any', /UUID in lower case/],
      ['an empty stream name', '', [event], 'any', /1 to 255 characters/],
      ['a long stream name', 's'.repeat(256), [event], 'any', /1 to 255 characters/],
      ['U+0000 in the stream name', 's-\u0000', [event], 'any', /none of them a control character/],
      ['a line break in the stream name', 's-1\n', [event], 'any', /none of them a control character/],
      ['half a surrogate pair in the stream name', 's-\ud800', [event], 'any', /none of them a control/],
      ['an empty type', 's-1', [{ ...event, type: '' }], 'any', /event type has 1 to 255 characters/],
      ['U+0000 in the type', 's-1', [{ ...event, type: 'A\u0000' }], 'any', /event type has/],
      ['a negative revision', 's-1', [event], -1n, /0 or more, got -1; use 'no-stream'/],
    ];

    it.each(bad)('%s', async (_, stream, events, expected, message) => {
      const head = await subject.store.head();
      await expect(subject.store.append(stream, events, expected)).rejects.toEqual(
        expect.objectContaining({ name: 'InvalidAppend', message: expect.stringMatching(message) }),
      );
      expect(await subject.store.head()).toBe(head);
    });

    it('takes a stream name of 255 characters', async () => {
      const stream = newStream().padEnd(255, 'ü');
      await subject.store.append(stream, [newEvent()], 'no-stream');
      expect(await idsIn(stream)).toHaveLength(1);
    });
  });
};
