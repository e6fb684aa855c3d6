import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ExportReader } from '../event-store/transfer/export-reader.js';
import { LogImport } from '../event-store/transfer/log-import.js';
import { Patience } from '../event-store/transfer/patience.js';
import { openLogToFill } from '../open-event-store.js';
import { loadConfig } from '../platform/config/load-config.js';
import { onlyArgument, Pace, percent, runCommand, tell, withProgress } from './terminal.js';

const USAGE = `npm run --silent import-log -- <file>   (- for standard input)

Writes an exported log into the empty store that DATA_DIR and EVENT_STORE_URL name. No service may run on it. After an
interruption the same command goes on.`;

const STANDARD_INPUT = '-';

/** What is read, and how much of it was read, from 0 to 1, where that is known. */
interface Input {
  readonly chunks: AsyncIterable<string>;
  readonly done: () => number | undefined;
}

const fromFile = async (path: string): Promise<Input> => {
  const { size } = await stat(path);
  const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 256 * 1024 });
  return { chunks: stream, done: () => (size === 0 ? 1 : stream.bytesRead / size) };
};

const fromStandardInput = (): Input => ({ chunks: process.stdin.setEncoding('utf8'), done: () => undefined });

const share = (done: number | undefined): string => (done === undefined ? '' : `${percent(done)}: `);

/** Before anything is written: half a log in the target would have to be got rid of. */
const check = async (path: string): Promise<void> => {
  const { chunks, done } = await fromFile(path);
  const reader = new ExportReader(chunks);
  const pace = new Pace();
  const readAll = async (): Promise<void> => {
    for await (const _ of reader.read());
  };
  await withProgress(readAll, () => `checking the file, ${share(done())}${pace.of(reader.events)}`);
};

await runCommand('The log was not imported', async () => {
  const path = onlyArgument(USAGE);
  const config = loadConfig(process.env);
  if (path !== STANDARD_INPUT) await check(path);
  const target = await openLogToFill(config);
  try {
    const { chunks, done } = path === STANDARD_INPUT ? fromStandardInput() : await fromFile(path);
    const onWait = (reason: string): void => tell(`  waiting for the target: ${reason}`);
    const log = new LogImport(target, new Patience({ onWait }));
    const pace = new Pace();
    const progress = (): string =>
      log.phase === 'importing'
        ? `importing, ${share(done())}${pace.of(log.appended)}, ${log.found} were there before`
        : `reading back, ${percent(log.verified / Math.max(log.found + log.appended, 1))}`;
    const { events, sha256 } = await withProgress(() => log.run(chunks), progress);
    tell(`Imported ${log.appended} events; ${log.found} were there before`);
    tell(`The target holds what was exported: ${events} events, sha256 ${sha256}`);
  } finally {
    await target.close();
  }
});
