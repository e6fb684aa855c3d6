import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { rebuildReadModels } from '../../src/projections/rebuild.js';
import { projections } from '../../src/read-models.js';
import { median, perSecond, rate, timed, withFolder, type Row, type Scale } from './measure.js';
import { PLATFORM_PSK, startService, untilReady, type Running } from './processes.js';
import { deploymentIds, rolesReplaced } from './sample-events.js';

const STREAMS = deploymentIds(200);
const APPEND = 50;
const WRITERS = 8;
const headers = { 'authorization-psk': PLATFORM_PSK };

const fill = async (dataDir: string, events: number): Promise<void> => {
  const store = await SqliteEventStore.open({ dataDir });
  try {
    for (let turn = 0; turn < events; turn += APPEND) {
      const id = STREAMS[(turn / APPEND) % STREAMS.length] as string;
      const batch = Array.from({ length: Math.min(APPEND, events - turn) }, (_, n) =>
        rolesReplaced(id, turn + n),
      );
      await store.append(`deployment-${id}`, batch, 'any');
    }
    await rebuildReadModels({ path: join(dataDir, 'read-models.db'), store, projections });
  } finally {
    await store.close();
  }
};

const readFeed = async (url: string): Promise<number> => {
  let count = 0;
  for (let after = '-1'; ;) {
    const response = await fetch(`${url}/governance/v1/events?limit=1000&after=${after}`, { headers });
    const { items, next } = (await response.json()) as { items: readonly object[]; next: string };
    if (items.length === 0 && next === after) return count;
    count += items.length;
    after = next;
  }
};

/** Counts the events of a stream as they come. */
class Listener {
  count = 0;
  private readonly outgoing: ClientRequest;
  private reached: (() => void) | undefined;
  private wanted = Infinity;

  constructor(url: string, query: string) {
    this.outgoing = request(`${url}/governance/v1/events/stream${query}`, { headers, agent: false });
  }

  async open(): Promise<this> {
    this.outgoing.end();
    const [response] = (await once(this.outgoing, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`the stream was refused: ${response.statusCode}`);
    response.on('data', (chunk: Buffer) => {
      for (let at = chunk.indexOf('\ndata: '); at >= 0; at = chunk.indexOf('\ndata: ', at + 1)) this.count++;
      if (this.count >= this.wanted) this.reached?.();
    });
    response.on('error', () => undefined);
    return this;
  }

  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.wanted = count;
      this.reached = resolve;
      if (this.count >= count) resolve();
    });
  }

  close(): void {
    this.outgoing.on('error', () => undefined);
    this.outgoing.destroy();
  }
}

/** A chunk's border may cut the mark of an event in two, so reading ends a little before the last one. */
const nearly = (count: number): number => Math.floor(count * 0.99);

const readStream = async (url: string, events: number): Promise<number> => {
  const listener = await new Listener(url, '?after=-1').open();
  await listener.until(nearly(events));
  listener.close();
  return listener.count;
};

const write = async (url: string, events: number): Promise<void> => {
  let turn = 0;
  const writer = async (): Promise<void> => {
    for (let mine = turn++; mine < events; mine = turn++) {
      const body = JSON.stringify({ name: `Group ${mine}` });
      const response = await fetch(`${url}/governance/v1/groups/g${mine}`, {
        method: 'PUT',
        headers: { ...headers, 'content-type': 'application/json' },
        body,
      });
      if (!response.ok) throw new Error(`a group was refused: ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
};

const fanOut = async (service: Running, clients: number, events: number): Promise<Row[]> => {
  const { url } = service;
  const before = service.memory();
  const listeners: Listener[] = [];
  for (let n = 0; n < clients; n += 50)
    listeners.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(50, clients - n) }, () => new Listener(url, '').open()),
      )),
    );
  const connected = service.memory();
  const elapsed = await timed(async () => {
    const all = listeners.map((listener) => listener.until(nearly(events)));
    await Promise.all([write(url, events), ...all]);
  });
  const afterwards = service.memory();
  for (const listener of listeners) listener.close();
  const mib = (value: number): string => `${value.toFixed(0)} MiB`;
  return [
    {
      what: `stream, ${clients} clients, ${events} events as they are written`,
      measured: rate(perSecond(events * clients, elapsed), 'deliveries'),
      beside: rate(perSecond(events, elapsed), 'events'),
      budget: '',
      met: null,
    },
    {
      what: `memory with ${clients} stream clients: connected, after these events`,
      measured: `${mib(connected)}, ${mib(afterwards)}`,
      beside: `${mib(before)} before`,
      budget: 'flat',
      met: null,
    },
  ];
};

/** What downstream systems get, and what it costs. */
export const downstreamRows = ({ quick, sharedLog, rounds }: Scale): Promise<Row[]> =>
  withFolder(async (dataDir) => {
    await fill(dataDir, sharedLog);
    const service = await startService(dataDir);
    try {
      await untilReady(service.url);
      const feed: number[] = [];
      const stream: number[] = [];
      for (let round = 0; round < rounds; round++) {
        let read = 0;
        const paged = await timed(async () => (read = await readFeed(service.url)));
        feed.push(perSecond(read, paged));
        const streamed = await timed(async () => (read = await readStream(service.url, sharedLog)));
        stream.push(perSecond(read, streamed));
      }
      const reading = (what: string, measured: number, beside: string): Row => ({
        what,
        measured: rate(measured, 'events'),
        beside,
        budget: '',
        met: null,
      });
      return [
        reading('feed, one consumer from the beginning, pages of 1,000', median(feed), ''),
        reading(
          'stream, one client from the beginning',
          median(stream),
          `${rate(median(feed), 'events')} by the feed`,
        ),
        ...(await fanOut(service, quick ? 50 : 1_000, quick ? 100 : 1_000)),
      ];
    } finally {
      await service.stop();
    }
  });
