import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BEFORE_ALL, type ReadAllOptions, type RecordedEvent } from '../event-store.js';
import { LogReader } from './log-reader.js';
import { LOG_FILE, requireLog, UnusableLog } from './log-schema.js';

/**
 * The embedded log as another process sees it that only reads: it takes no lock, so a service may write meanwhile. SQLite
 * shows each reader whole commits, in order.
 */
export class ReadOnlyLog {
  private constructor(private readonly reader: LogReader) {}

  /** @throws {@link UnusableLog} */
  static open({ dataDir }: { dataDir: string }): ReadOnlyLog {
    const file = join(dataDir, LOG_FILE);
    if (!existsSync(file)) throw new UnusableLog(`there is no event log in ${dataDir}`);
    requireLog(file);
    return new ReadOnlyLog(new LogReader(file));
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    return this.reader.readAll(options);
  }

  /** Position of the last event, {@link BEFORE_ALL} when the log is empty. */
  async head(): Promise<bigint> {
    for await (const { position } of this.readAll({ direction: 'backwards', limit: 1 })) return position;
    return BEFORE_ALL;
  }

  async close(): Promise<void> {
    this.reader.close();
  }
}
