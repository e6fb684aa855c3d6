// Appends to emmett-sqlite, one after the other, and prints what it measured as one line of JSON.
// usage: node emmett-append.mjs <file> <appends>
import { getSQLiteEventStore } from '@event-driven-io/emmett-sqlite';

const [file, appends] = [process.argv[2], Number(process.argv[3])];
const store = getSQLiteEventStore({ fileName: file, schema: { autoMigration: 'CreateOrUpdate' } });
const roles = ['nx1_engineer', 'nx1_monitor'];
const event = (i) => ({
  type: 'RolesReplaced',
  data: {
    deploymentId: `d-${i}`,
    model: 'churn',
    name: 'prod',
    before: roles,
    after: roles,
    added: [],
    removed: [],
  },
});

const WARM_UP = 20;
const latencies = [];
for (let i = 0; i < WARM_UP + appends; i++) {
  const start = process.hrtime.bigint();
  await store.appendToStream(`deployment-${i % 500}`, [event(i)]);
  if (i >= WARM_UP) latencies.push(Number(process.hrtime.bigint() - start) / 1e6);
}
process.stdout.write(`${JSON.stringify({ latencies })}\n`);
await store.close?.();
