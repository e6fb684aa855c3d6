import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** One of `src/cli`, as a process of its own with only the given environment. */
export const startCommand = (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess => {
  const file = fileURLToPath(new URL(`../../src/cli/${name}.js`, import.meta.url));
  return spawn(process.execPath, [file, ...args], { env: { PATH: process.env['PATH'], ...env } });
};

export const endOf = async (child: ChildProcess): Promise<Outcome> => {
  const [out, err, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close'),
  ]);
  return { out, err, code: code as number | null };
};

export const runCommand = (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Outcome> => endOf(startCommand(name, args, env));
