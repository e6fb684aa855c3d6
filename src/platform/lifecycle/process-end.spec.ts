import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';

const urlOf = (path: string): string => new URL(path, import.meta.url).href;

/** Runs a script that prepared its end as the service does; its standard output and exit code. */
const run = async (script: string): Promise<{ code: number; lines: Record<string, unknown>[] }> => {
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { createLogger } from '${urlOf('../logging/logger.js')}';
     import { exitOnFault } from '${urlOf('./process-end.js')}';
     exitOnFault(createLogger('info'));
     setInterval(() => undefined, 1_000);
     ${script}`,
  ]);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  const lines = output.split('\n').filter((line) => line !== '');
  return { code, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
};

describe('an error that nobody caught', () => {
  it.each([
    ['thrown', `setTimeout(() => { throw new TypeError('at the end of my wits'); }, 1);`],
    ['rejected', `void Promise.reject(new TypeError('at the end of my wits'));`],
  ])('ends the process when it was %s, and stands in the log', async (_, script) => {
    const { code, lines } = await run(script);
    expect([code, lines]).toMatchObject([
      1,
      [
        {
          level: 'fatal',
          message: 'an error was not caught',
          err: {
            type: 'TypeError',
            message: 'at the end of my wits',
            stack: expect.stringContaining('at the end of my wits'),
          },
        },
      ],
    ]);
  });
});
