import { beforeAll, describe, expect, it } from '@jest/globals';
import type { EventData, NewEvent, RecordedEvent } from '../../src/event-store/event-store.js';
import type { StoreUnderTest } from './event-store.contract.js';
import { appendForSure, collect, metadata, newEvent, newEvents, newStream } from './event-store.fixtures.js';

const MANY = 20_000;

export const readContract = (subject: StoreUnderTest): void => {
  it('hands an event back as it was, with its place', async () => {
    const stream = newStream();
    const event: NewEvent = {
      ...newEvent({ a: 1, list: [null, true, { b: 'x' }] }),
      metadata: {
        ...metadata,
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        reason: 'because',
        idempotency: { key: 'k', fingerprint: 'f' },
      },
    };
    const { position } = await subject.store.append(stream, [event], 'no-stream');
    expect(await collect(subject.store.readStream(stream))).toStrictEqual([
      { ...event, stream, revision: 0n, position },
    ]);
  });

  describe('data comes back unchanged', () => {
    const values: [string, EventData][] = [
      ['U+0000 in a text', { text: 'a\u0000b', '\u0000key': 1 }],
      ['U+0000 alone', { text: '\u0000' }],
      ['control characters and line separators', { text: '\u0001\u001f\u007f\r\n\u2028\u2029' }],
      ['characters outside the basic plane', { text: '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩🏽‍🚀', клавиша: '键' }],
      ['half a surrogate pair', { text: '\ud83d' }],
      ['right to left', { text: 'שלום مرحبا' }],
      ['a key that names the prototype', JSON.parse('{"__proto__": {"polluted": true}}') as EventData],
      [
        'numbers at their limits',
        { n: [Number.MAX_SAFE_INTEGER, 5e-324, 1.7976931348623157e308, 1e-300, -1] },
      ],
      ['nothing in it', {}],
      ['deep nesting', { deep: JSON.parse('['.repeat(500) + ']'.repeat(500)) as unknown }],
    ];
    it.each(values)('%s', async (_, data) => {
      const stream = newStream();
      await subject.store.append(stream, [newEvent(data)], 'no-stream');
      const [stored] = await collect(subject.store.readStream(stream));
      expect(stored!.data).toStrictEqual(data);
      expect(JSON.stringify(stored!.data)).toBe(JSON.stringify(data));
    });
  });

  it('a stream that does not exist reads as empty', async () => {
    expect(await collect(subject.store.readStream(newStream()))).toEqual([]);
  });

  it.each([
    ['with U+0000', (stream: string) => `${stream}\u0000`],
    ['with U+0000 and more', (stream: string) => `${stream}\u0000tail`],
    ['too long', (stream: string) => stream.padEnd(10_000, 'x')],
    ['empty', () => ''],
  ])('a name that no stream can have reads as empty: %s', async (_, name) => {
    const stream = newStream();
    await subject.store.append(stream, newEvents(1), 'no-stream');
    expect(await collect(subject.store.readStream(name(stream)))).toEqual([]);
  });

  it('stream names are exact', async () => {
    const stream = newStream();
    await subject.store.append(stream, newEvents(1), 'no-stream');
    expect(await collect(subject.store.readStream(stream.toUpperCase()))).toEqual([]);
    expect(await collect(subject.store.readStream(`${stream} `))).toEqual([]);
  });

  describe('a stream in parts', () => {
    const stream = newStream();
    beforeAll(async () => {
      await subject.store.append(stream, newEvents(5), 'no-stream');
    });

    it.each([
      [{}, [0, 1, 2, 3, 4]],
      [{ from: 0n }, [0, 1, 2, 3, 4]],
      [{ from: 3n }, [3, 4]],
      [{ from: 4n }, [4]],
      [{ from: 5n }, []],
      [{ from: 2n ** 63n }, []],
      [{ limit: 2 }, [0, 1]],
      [{ limit: 0 }, []],
      [{ limit: 100 }, [0, 1, 2, 3, 4]],
      [{ from: 1n, limit: 2 }, [1, 2]],
      [{ direction: 'forwards' as const, from: 1n, limit: 1 }, [1]],
      [{ direction: 'backwards' as const }, [4, 3, 2, 1, 0]],
      [{ direction: 'backwards' as const, limit: 1 }, [4]],
      [{ direction: 'backwards' as const, from: 2n }, [2, 1, 0]],
      [{ direction: 'backwards' as const, from: 0n }, [0]],
      [{ direction: 'backwards' as const, from: 99n, limit: 2 }, [4, 3]],
    ])('%p', async (options, expected) => {
      const events = await collect(subject.store.readStream(stream, options));
      expect(events.map(({ revision }) => Number(revision))).toEqual(expected);
    });
  });

  describe('the whole log', () => {
    const streams = [newStream(), newStream()];
    let start: bigint;
    let written: RecordedEvent[];

    beforeAll(async () => {
      start = await subject.store.head();
      await subject.store.append(streams[0]!, newEvents(2), 'no-stream');
      await subject.store.append(streams[1]!, newEvents(2), 'no-stream');
      await subject.store.append(streams[0]!, newEvents(1), 1n);
      written = await collect(subject.store.readAll({ after: start }));
    });

    it('stands in the order of the commits', () => {
      expect(written.map(({ stream, revision }) => [streams.indexOf(stream), Number(revision)])).toEqual([
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
        [0, 2],
      ]);
      const positions = written.map(({ position }) => position);
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => (a < b ? -1 : 1)));
    });

    it('starts after a position', async () => {
      const rest = await collect(subject.store.readAll({ after: written[2]!.position }));
      expect(rest).toEqual(written.slice(3));
    });

    it('ends at a limit', async () => {
      expect(await collect(subject.store.readAll({ after: start, limit: 2 }))).toEqual(written.slice(0, 2));
    });

    it('is read backwards from its end', async () => {
      expect(await collect(subject.store.readAll({ direction: 'backwards', limit: 5 }))).toEqual(
        [...written].reverse(),
      );
    });

    it('is read backwards from before a position', async () => {
      const options = { direction: 'backwards', after: written[2]!.position, limit: 2 } as const;
      expect(await collect(subject.store.readAll(options))).toEqual([written[1], written[0]]);
    });

    it('ends at its head, even when one asks beyond it', async () => {
      const head = await subject.store.head();
      expect(head).toBe(written.at(-1)!.position);
      expect(await collect(subject.store.readAll({ after: head }))).toEqual([]);
      expect(await collect(subject.store.readAll({ after: head + 1_000n }))).toEqual([]);
    });

    it('from the very beginning holds what is known of it', async () => {
      const [first] = await collect(subject.store.readAll({ limit: 1 }));
      const all = await collect(subject.store.readAll({ after: first!.position - 1n }));
      expect(all.slice(-5)).toEqual(written);
    });
  });

  it(`${MANY} events come back in order, whole, in both directions`, async () => {
    const start = await subject.store.head();
    const streams = Array.from({ length: 20 }, newStream);
    const sent = new Map<string, string[]>(streams.map((stream) => [stream, []]));
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(
        streams.map((stream) => {
          const events = newEvents(MANY / 400);
          sent.get(stream)!.push(...events.map(({ id }) => id));
          const expected = batch === 0 ? 'no-stream' : BigInt((batch * MANY) / 400 - 1);
          return appendForSure(subject.store, stream, events, expected);
        }),
      );
    }

    const all = await collect(subject.store.readAll({ after: start }));
    expect(all).toHaveLength(MANY);
    expect(all.every(({ position }, i) => i === 0 || position > all[i - 1]!.position)).toBe(true);
    for (const stream of streams) {
      const own = all.filter((event) => event.stream === stream);
      expect(own.map(({ id }) => id)).toEqual(sent.get(stream));
      const read = await collect(subject.store.readStream(stream));
      expect(read.map(({ position }) => position)).toEqual(own.map(({ position }) => position));
    }
    const backwards = await collect(subject.store.readAll({ direction: 'backwards', limit: MANY }));
    expect(backwards.map(({ id }) => id)).toEqual(all.map(({ id }) => id).reverse());
    const part = await collect(subject.store.readAll({ after: start, limit: 1_234 }));
    expect(part.map(({ id }) => id)).toEqual(all.slice(0, 1_234).map(({ id }) => id));
  }, 120_000);

  it('a reader may stop early', async () => {
    const stream = newStream();
    await subject.store.append(stream, newEvents(10), 'no-stream');
    for await (const event of subject.store.readStream(stream)) {
      if (event.revision === 3n) break;
    }
    expect(await collect(subject.store.readStream(stream))).toHaveLength(10);
  });
};
