import { appendRows } from './append.bench.js';
import { downstreamRows } from './downstream.bench.js';
import { httpRows } from './http.bench.js';
import { listRows } from './list.bench.js';
import { logRows } from './log.bench.js';
import { FULL, QUICK, type Row, type Scale } from './measure.js';
import { sharedLogRows } from './shared-log.bench.js';
import { storeCommandRows } from './store-command.bench.js';
import { webhookRows } from './webhook.bench.js';

type Suite = (scale: Scale) => Promise<Row[]>;

/** On the embedded log, or on the EventStoreDB that is named as for the service. */
const suitesFor = (url = 'sqlite:'): readonly Suite[] =>
  url === 'sqlite:'
    ? [appendRows, httpRows, listRows, logRows, downstreamRows, webhookRows]
    : [(scale) => storeCommandRows(url, scale), httpRows, (scale) => sharedLogRows(url, scale)];

const verdict = ({ met }: Row): string => (met === null ? '' : met ? 'met' : 'NOT MET');

const table = (rows: readonly Row[]): string => {
  const lines = [
    ['what', 'measured', 'beside it, same run', 'budget', ''],
    ...rows.map((row) => [row.what, row.measured, row.beside, row.budget, verdict(row)]),
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const render = (line: readonly string[]): string =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const [head, ...body] = lines.map(render);
  return [head, widths.map((width) => '-'.repeat(width)).join('  '), ...body].join('\n');
};

const scale = process.argv.includes('--quick') ? QUICK : FULL;
process.stdout.write(`\nNode ${process.version}, ${scale.quick ? 'quick: figures mean nothing' : 'full'}\n`);
for (const suite of suitesFor(process.env['EVENT_STORE_URL']))
  process.stdout.write(`\n${table(await suite(scale))}\n`);
