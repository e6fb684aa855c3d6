import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SqliteEventStore } from '../../src/event-store/sqlite/sqlite-event-store.js';
import { fill } from './log-tasks.js';
import { median, perSecond, rate, times, withFolder, type Row, type Scale } from './measure.js';
import { PLATFORM_PSK, startService, untilReady } from './processes.js';
import { deploymentIds } from './sample-events.js';

const EVENTS = { quick: 1_000, full: 20_000 } as const;
const DEPLOYMENTS = 200;
const SENDERS = 16;

/** Takes whatever comes, and says when so many have come. */
const startReceiver = async () => {
  let [count, wanted, reached] = [0, Infinity, (): void => undefined];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(204).end();
      if (++count === wanted) reached();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    after: (more: number): Promise<void> => {
      wanted = count + more;
      return new Promise((resolve) => (reached = resolve));
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

const post = async (url: string, body: unknown): Promise<{ id: string }> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'authorization-psk': PLATFORM_PSK, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { id: string };
};

/** As many bare requests, by as many connections, with bodies of that size. */
const bareRate = async (receiver: Receiver, events: number): Promise<number> => {
  const body = 'x'.repeat(1_000);
  const start = performance.now();
  const send = async (): Promise<void> => {
    for (let n = 0; n < events / SENDERS; n++)
      await (await fetch(receiver.url, { method: 'POST', body })).arrayBuffer();
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  return perSecond(events, performance.now() - start);
};

/** What a webhook brings to a receiver on this machine, beside bare requests to the same one. */
export const webhookRows = (scale: Scale): Promise<Row[]> =>
  withFolder(async (folder) => {
    const store = await SqliteEventStore.open({ dataDir: folder });
    const events = await fill(store, deploymentIds(DEPLOYMENTS), scale.quick ? EVENTS.quick : EVENTS.full);
    await store.close();
    process.env['WEBHOOK_ALLOW_PRIVATE_TARGETS'] = 'true';
    const service = await startService(folder);
    const receiver = await startReceiver();
    try {
      await untilReady(service.url);
      const webhooks = `${service.url}/governance/v1/webhooks`;
      const { id } = await post(webhooks, {
        url: receiver.url,
        types: ['RolesReplaced', 'DeploymentRegistered'],
      });
      const [sent, bare]: [number[], number[]] = [[], []];
      let memory = 0;
      for (let round = 0; round < scale.rounds; round++) {
        bare.push(await bareRate(receiver, events));
        const arrived = receiver.after(events);
        const start = performance.now();
        await post(`${webhooks}/${id}/replay`, { after: '0' });
        await arrived;
        sent.push(perSecond(events, performance.now() - start));
        memory = Math.max(memory, service.memory());
      }
      return [
        {
          what: `webhook, ${events.toLocaleString('en-GB')} events of ${DEPLOYMENTS} deployments`,
          measured: `${rate(median(sent), 'events')}, ${memory.toFixed(0)} MiB`,
          beside: `bare fetch, ${SENDERS} at once: ${rate(median(bare), 'requests')}, ${times(median(sent) / median(bare))}`,
          budget: 'none',
          met: null,
        },
      ];
    } finally {
      receiver.stop();
      await service.stop();
    }
  });
