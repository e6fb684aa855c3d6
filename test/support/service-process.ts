import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { send, type Answer, type RequestOptions } from './http-client.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const START_MS = 60_000;

export interface ServiceProcess {
  readonly pid: number;
  readonly url: string;
  /** All of it so far. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exited: Promise<Exit>;
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** Sends the signal and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The service ended before it answered. */
export class DidNotStart extends Error {
  constructor(
    readonly exit: Exit,
    readonly stderr: string,
  ) {
    super(`the service ended with ${JSON.stringify(exit)}: ${stderr}`);
  }
}

/**
 * The service as operators run it: a process of its own, with only the given environment. Resolves when `/readyz` says
 * 200.
 * @throws DidNotStart
 */
export const startProcess = async (env: Readonly<Record<string, string>>): Promise<ServiceProcess> => {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const exited = once(child, 'close').then(([code, signal]): Exit => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));

  const listening = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      const found = /"url":"(http:[^"]+)"[^\n]*"message":"listening"/.exec(stdout);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
  });
  const ended = exited.then((exit) => {
    throw new DidNotStart(exit, stderr);
  });
  const timeout = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const url = await Promise.race([listening, ended]);
  ended.catch(() => undefined);
  while ((await send(url, 'GET', '/readyz')).status !== 200);
  clearTimeout(timeout);

  return {
    pid: child.pid ?? 0,
    url,
    exited,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    request: (method, path, options) => send(url, method, path, options),
    kill: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
};
