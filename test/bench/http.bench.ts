import autocannon from 'autocannon';
import { randomUUID } from 'node:crypto';
import { median, ms, rate, times, withFolder, type Row, type Scale } from './measure.js';
import { PLATFORM_PSK, startBare, startBench, startService, untilReady, type Running } from './processes.js';

const CONNECTIONS = 64;
const MODEL = '/api/models/churn/deployments';
/** A store that is not ours alone keeps what earlier runs wrote. */
const RUN = randomUUID().slice(0, 8);
const nameOf = (connection: number): string => `d${connection}-${RUN}`;
const json = { 'content-type': 'application/json' };

interface Load {
  readonly perSecond: number;
  readonly p99: number;
}

interface Shot {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A store that stood still for a moment may have refused so many of the requests, and no more: they don't count. */
const MOST_REFUSED = 0.01;

/** Each connection repeats its own list of requests. */
const load = async (
  url: string,
  seconds: number,
  shotsOf: (connection: number) => readonly Shot[],
): Promise<Load> => {
  let connection = 0;
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    setupClient: (client) => client.setRequests(shotsOf(connection++) as autocannon.Request[]),
  });
  const { non2xx, '2xx': taken } = result;
  if (non2xx > MOST_REFUSED * taken || result.errors > 0)
    throw new Error(`${non2xx} refusals of ${non2xx + taken} requests, ${result.errors} errors`);
  return { perSecond: taken / result.duration, p99: result.latency.p99 };
};

/** Repeats what a busy store could not settle in time, as callers do. */
const post = async (
  url: string,
  method: string,
  path: string,
  body: unknown,
): Promise<Record<string, unknown>> => {
  const headers = {
    ...json,
    'authorization-psk': PLATFORM_PSK,
    // An answer that shows a secret is not kept for a repeat.
    ...(!path.endsWith('/psk') && { 'idempotency-key': randomUUID() }),
  };
  const ask = () => fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
  let response = await ask();
  for (let repeat = 0; response.status === 503 && repeat < 10; repeat++) response = await ask();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
};

/** A user with a role and a key, and one deployment per connection that lists the role. */
const prepare = async (url: string): Promise<string> => {
  await post(url, 'PUT', `/governance/v1/users/bench-${RUN}`, {
    username: 'bench',
    realmRoles: ['nx1_engineer'],
  });
  for (let i = 0; i < CONNECTIONS; i++) {
    await post(url, 'POST', MODEL, {
      name: nameOf(i),
      type: 'online',
      domain: 'bench',
      owner: 'bench',
      model: { model_name: 'churn', model_version: '1' },
      source: { schema: 's', table: 't' },
      target: { schema: 's', table: 't' },
      entity_columns: ['id'],
      allowed_roles: ['nx1_engineer'],
    });
  }
  return String((await post(url, 'POST', `/governance/v1/users/bench-${RUN}/psk`, {}))['psk']);
};

const bodies = [['nx1_engineer'], ['nx1_engineer', 'nx1_monitor']].map((allowed_roles) =>
  JSON.stringify({ allowed_roles }),
);

interface Pair {
  readonly a: Load;
  readonly b: Load;
}

/** A and B in turn, so that a machine that slows down slows both. */
const sideBySide = async (
  rounds: number,
  a: () => Promise<Load>,
  b: () => Promise<Load>,
): Promise<{ a: number; b: number; p99: number; ratio: number }> => {
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) pairs.push({ a: await a(), b: await b() });
  return {
    a: median(pairs.map((pair) => pair.a.perSecond)),
    b: median(pairs.map((pair) => pair.b.perSecond)),
    p99: median(pairs.map((pair) => pair.a.p99)),
    ratio: median(pairs.map((pair) => pair.a.perSecond / pair.b.perSecond)),
  };
};

/** Of the service as it ships, MiB. */
const idleMemory = async (dataDir: string): Promise<number> => {
  const service = await startService(dataDir);
  try {
    await untilReady(service.url);
    return service.memory();
  } finally {
    await service.stop();
  }
};

const measure = async (
  idle: number,
  service: Running,
  bare: Running,
  { rounds, seconds }: Scale,
): Promise<Row[]> => {
  const { url } = service;
  await untilReady(url);
  const psk = { 'authorization-psk': await prepare(url) };
  const write = { ...json, ...psk };

  const shoot = (shotsOf: (connection: number) => readonly Shot[]) => () => load(url, seconds, shotsOf);
  const put = shoot((i) =>
    bodies.map((body) => ({
      method: 'PUT',
      path: `${MODEL}/${nameOf(i)}/allowed_roles`,
      headers: write,
      body,
    })),
  );
  const nothing = shoot((i) =>
    bodies.map((body) => ({ method: 'POST', path: `${MODEL}/${nameOf(i)}/nothing`, headers: write, body })),
  );
  const check = shoot((i) => [
    { method: 'GET', path: `/authz/check${MODEL}/${nameOf(i)}/run/predict`, headers: psk },
  ]);
  const empty = shoot((i) => [{ method: 'GET', path: `${MODEL}/${nameOf(i)}/empty`, headers: psk }]);
  const bareJson = (): Promise<Load> =>
    load(bare.url, seconds, () => bodies.map((body) => ({ method: 'POST', path: '/', headers: json, body })));

  // The first seconds belong to the compiler.
  for (const warmUp of [put, nothing, check, empty, bareJson]) await warmUp();

  const command = await sideBySide(rounds, put, nothing);
  const afterFirst = service.memory();
  const noop = await sideBySide(rounds, nothing, bareJson);
  const decision = await sideBySide(rounds, check, empty);
  await put();
  const afterLast = service.memory();

  return [
    {
      what: `PUT allowed_roles, durable, ${CONNECTIONS} connections`,
      measured: `${rate(command.a, 'requests')}, p99 ${ms(command.p99)}`,
      beside: `no-op POST ${rate(command.b, 'requests')}: ${times(command.ratio)}`,
      budget: '>= 0.5 x no-op, p99 < 75 ms',
      met: command.ratio >= 0.5 && command.p99 < 75,
    },
    {
      what: 'no-op POST (credential, DTO, CommandBus)',
      measured: `${rate(noop.a, 'requests')}, p99 ${ms(noop.p99)}`,
      beside: `bare Fastify ${rate(noop.b, 'requests')}: ${times(noop.ratio)}`,
      budget: '>= 0.5 x bare Fastify',
      met: noop.ratio >= 0.5,
    },
    {
      what: 'decision /authz/check',
      measured: `${rate(decision.a, 'requests')}, p99 ${ms(decision.p99)}`,
      beside: `empty GET ${rate(decision.b, 'requests')}: ${times(decision.ratio)}`,
      budget: '>= 0.8 x empty GET, < 50 ms',
      met: decision.ratio >= 0.8 && decision.p99 < 50,
    },
    {
      what: 'memory, idle',
      measured: `${idle.toFixed(0)} MiB`,
      beside: '-',
      budget: '<= 150 MiB',
      met: idle <= 150,
    },
    {
      what: 'memory, after load and after as much again',
      measured: `${afterFirst.toFixed(0)} MiB, ${afterLast.toFixed(0)} MiB`,
      beside: `${times(afterLast / afterFirst)}`,
      budget: 'flat: <= 1.2 x',
      met: afterLast <= 1.2 * afterFirst,
    },
  ];
};

export const httpRows = (scale: Scale): Promise<Row[]> =>
  withFolder(async (folder) => {
    const idle = await idleMemory(folder);
    const service = await startBench(folder);
    const bare = await startBare(folder);
    try {
      return await measure(idle, service, bare, scale);
    } finally {
      await service.stop();
      await bare.stop();
    }
  });
