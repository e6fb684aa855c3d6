import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const PLATFORM_PSK = 'a-platform-key-that-only-the-bench-knows-01234567';

export interface Running {
  readonly url: string;
  /** Resident memory now, MiB. */
  memory(): number;
  stop(): Promise<void>;
}

const memoryOf = (pid: number): number => {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? Number.NaN) / 1024;
};

const addressOf = async (child: ChildProcess, pattern: RegExp): Promise<string> => {
  for await (const line of createInterface({ input: child.stdout! })) {
    const found = pattern.exec(line);
    if (found?.[1] !== undefined) return found[1];
  }
  throw new Error('the process ended before it listened');
};

const start = async (
  script: string,
  args: readonly string[],
  pattern: RegExp,
  dataDir: string,
): Promise<Running> => {
  const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, PLATFORM_PSK, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await addressOf(child, pattern);
  // Its log is written and thrown away, as a pipe to a collector would take it.
  child.stdout!.resume();
  return {
    url,
    memory: () => memoryOf(child.pid!),
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
};

export const startBench = (dataDir: string): Promise<Running> =>
  start('./bench-service.js', [], /^listening (\S+)/, dataDir);

export const startBare = (dataDir: string): Promise<Running> =>
  start('./bench-service.js', ['bare'], /^listening (\S+)/, dataDir);

/** The service as it ships. */
export const startService = (dataDir: string): Promise<Running> =>
  start('../../src/main.js', [], /"url":"([^"]+)".*"listening"/, dataDir);

/** @throws Error when a read model has stopped: it would be waited for in vain */
export const untilReady = async (url: string): Promise<void> => {
  for (;;) {
    const answer = await fetch(`${url}/readyz`);
    if (answer.status === 200) return;
    const text = await answer.text();
    if (text.includes('projectionFailed')) throw new Error(`the service does not get ready: ${text}`);
  }
};
