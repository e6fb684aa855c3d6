import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { LogExport } from '../event-store/transfer/log-export.js';
import { Patience } from '../event-store/transfer/patience.js';
import { openLogToRead } from '../open-event-store.js';
import { loadConfig } from '../platform/config/load-config.js';
import { makeFile } from './make-file.js';
import { onlyArgument, Pace, percent, runCommand, tell, withProgress } from './terminal.js';

const USAGE = `npm run --silent export-log -- <file>   (- for standard output)

Writes the whole log that DATA_DIR and EVENT_STORE_URL name, as lines of JSON. The service may run meanwhile.`;

const STANDARD_OUTPUT = '-';

await runCommand('The log was not exported', async () => {
  const path = onlyArgument(USAGE);
  const source = await openLogToRead(loadConfig(process.env));
  try {
    const onWait = (reason: string): void => tell(`  waiting for the log: ${reason}`);
    const log = new LogExport(source, new Patience({ onWait }));
    const pace = new Pace();
    const write =
      path === STANDARD_OUTPUT
        ? () => pipeline(log.chunks(), process.stdout, { end: false })
        : () => makeFile(path, (file) => pipeline(log.chunks(), createWriteStream(file)));
    await withProgress(write, () => `${percent(log.done)}: ${pace.of(log.events)}`);
    tell(`Exported ${pace.of(log.events)}; sha256 ${log.summary.sha256}`);
  } finally {
    await source.close();
  }
});
