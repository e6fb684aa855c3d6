import { join } from 'node:path';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { rebuildReadModels } from '../../src/projections/rebuild.js';
import { projections } from '../../src/read-models.js';
import { ms, percentile, timed, times, withFolder, type Row, type Scale } from './measure.js';
import { PLATFORM_PSK, startService, untilReady, type Running } from './processes.js';
import { deploymentIds, registered } from './sample-events.js';
import { sampleRequest } from './sample-requests.js';

const DEPLOYMENTS = deploymentIds(500);
const IN_FLIGHT = 64;
const PAGE = 100;

const fill = async (dataDir: string, requests: number): Promise<void> => {
  const store = await SqliteEventStore.open({ dataDir });
  let turn = 0;
  const writer = async (): Promise<void> => {
    for (let mine = turn++; mine < requests; mine = turn++) {
      const entity = DEPLOYMENTS[mine % DEPLOYMENTS.length] as string;
      const { changeRequestId, events } = sampleRequest(mine, entity);
      await store.append(`changeRequest-${changeRequestId}`, events, 'no-stream');
    }
  };
  try {
    for (const id of DEPLOYMENTS) await store.append(`deployment-${id}`, [registered(id)], 'no-stream');
    await Promise.all(Array.from({ length: IN_FLIGHT }, writer));
    await rebuildReadModels({ path: join(dataDir, 'read-models.db'), store, projections });
  } finally {
    await store.close();
  }
};

const native = async (url: string, method: string, path: string, body: object) => {
  const response = await fetch(`${url}/governance/v1/${path}`, {
    method,
    headers: { 'authorization-psk': PLATFORM_PSK, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
};

/** A key of someone who may manage policies, and so sees every request. */
const admin = async ({ url }: Running): Promise<string> => {
  await native(url, 'PUT', 'users/ada', { username: 'ada', realmRoles: ['approval-admin'] });
  return String((await native(url, 'POST', 'users/ada/psk', {}))['psk']);
};

const LISTS = {
  'pending ones': () => `status=pending&orderBy=-updatedAt`,
  'every filter': (i: number) => {
    // So many that a full page is found in either size.
    const entities = Array.from({ length: 200 }, (_, step) => DEPLOYMENTS[(i + step) % DEPLOYMENTS.length]);
    return (
      `entityId=${entities.join(',')}&status=pending,approved&showApproved=false&showCancelled=false` +
      '&myRequests=false&orderBy=createdAt'
    );
  },
} as const;

type ListName = keyof typeof LISTS;

/** Milliseconds per page of each list. */
const ask = async (dataDir: string, questions: number): Promise<Record<ListName, number[]>> => {
  const service = await startService(dataDir);
  try {
    await untilReady(service.url);
    const psk = await admin(service);
    const page = async (query: string): Promise<void> => {
      const url = `${service.url}/api/v2/changeRequests/?entityType=deployment&limit=${PAGE}&${query}`;
      const response = await fetch(url, { headers: { 'authorization-psk': psk } });
      const { count } = (await response.json()) as { count: number };
      if (!response.ok || count !== PAGE) throw new Error(`${response.status}, ${count} requests: ${query}`);
    };
    const measured: Record<ListName, number[]> = { 'pending ones': [], 'every filter': [] };
    for (const [name, query] of Object.entries(LISTS) as [ListName, (i: number) => string][]) {
      for (let i = 0; i < questions / 3; i++) await page(query(i));
      for (let i = 0; i < questions; i++) measured[name].push(await timed(() => page(query(i))));
    }
    return measured;
  } finally {
    await service.stop();
  }
};

export const listRows = ({ quick }: Scale): Promise<Row[]> =>
  withFolder(async (folder) => {
    const sizes = quick ? ([500, 5_000] as const) : ([1_000, 100_000] as const);
    const answers: Record<ListName, number[]>[] = [];
    for (const size of sizes) {
      const dataDir = join(folder, String(size));
      await fill(dataDir, size);
      answers.push(await ask(dataDir, quick ? 60 : 300));
    }
    const [few, many] = answers as [Record<ListName, number[]>, Record<ListName, number[]>];
    const [small, large] = sizes.map((size) => size.toLocaleString('en-GB'));
    return (Object.keys(LISTS) as ListName[]).map((name) => {
      const ratio = percentile(many[name], 0.99) / percentile(few[name], 0.99);
      return {
        what: `page of ${PAGE} of ${large} change requests, ${name}`,
        measured: `p50 ${ms(percentile(many[name], 0.5))}, p99 ${ms(percentile(many[name], 0.99))}`,
        beside: `${small} requests: p99 ${ms(percentile(few[name], 0.99))}: ${times(ratio)}`,
        budget: '<= 3 x',
        met: ratio <= 3,
      };
    });
  });
