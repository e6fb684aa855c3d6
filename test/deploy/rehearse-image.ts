/**
 * Goes through the Dockerfile without Docker: runs each instruction on this machine, in folders that stand for the stages,
 * then starts the result as its image would, as another user and, where this machine lets us, on a read-only root.
 * usage: npm run rehearse-image (takes a minute or two: it installs from the lock file twice)
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { dockerStages, image, type Instruction } from '../support/deployment-files.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const root = mkdtempSync(join(tmpdir(), 'rehearsal-'));
chmodSync(root, 0o755);
const data = join(root, 'data');
const environment = { PATH: process.env['PATH'], HOME: process.env['HOME'] };

interface Stage {
  readonly name: string;
  readonly folder: string;
}
const stages: Stage[] = [];

/** What the image calls `/data` and `/app` is here. */
const here = (text: string, { folder }: Stage): string =>
  text.replaceAll('/data', data).replaceAll('/app', folder);

const copy = (text: string, stage: Stage): void => {
  const [, from, paths = ''] = /^(?:--from=(\w+) )?(.*)$/.exec(text)!;
  const sources = paths.split(' ');
  const target = sources.pop()!;
  for (const source of sources) {
    const origin = from === undefined ? undefined : stages.find(({ name }) => name === from)!;
    const path = origin === undefined ? source : here(source, origin);
    const into = join(stage.folder, target.endsWith('/') ? join(target, source) : target);
    mkdirSync(dirname(into), { recursive: true });
    cpSync(path, into, { recursive: true, filter: (file) => !file.endsWith('.spec.ts') });
  }
};

const carryOut = ({ name, text }: Instruction, stage: Stage): void => {
  if (name === 'COPY') copy(text, stage);
  if (name === 'RUN') {
    execFileSync('sh', ['-c', here(text, stage)], {
      cwd: stage.folder,
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
};

const build = (): Stage => {
  for (const instructions of dockerStages()) {
    const [{ text: base } = { text: '' }, ...rest] = instructions;
    const stage = {
      name: / AS (\w+)$/.exec(base)?.[1] ?? 'image',
      folder: join(root, String(stages.length)),
    };
    mkdirSync(stage.folder);
    stages.push(stage);
    for (const instruction of rest) {
      say(`${stage.name}: ${instruction.name} ${instruction.text.slice(0, 90)}`);
      carryOut(instruction, stage);
    }
  }
  return stages.at(-1)!;
};

/** Read-only but for the data, and as the image's user, where we may. */
const isolated = (command: readonly string[]): readonly string[] => {
  const probe = spawnSync('unshare', ['--mount', 'true']);
  if (process.getuid?.() !== 0 || probe.status !== 0) {
    say('not root here: the root stays writable and the user the same');
    return command;
  }
  const mounts = `mount --bind '${data}' '${data}' && mount -o remount,ro,bind / && mount -t tmpfs -o ro tmpfs /var/tmp`;
  const user = 'setpriv --reuid 1000 --regid 1000 --clear-groups';
  return ['unshare', '--mount', 'sh', '-c', `${mounts} && exec ${user} "$@"`, 'sh', ...command];
};

const healthy = (folder: string, port: string): boolean => {
  const [command = '', ...args] = image().healthCheck;
  return spawnSync(command, args, { cwd: folder, env: { ...environment, PORT: port } }).status === 0;
};

/** Its standard output is read to the end: a service whose log nobody takes is another matter. */
const portOf = (service: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = '';
    service.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const port = /"url":"http:\/\/[^"]*:(\d+)"/.exec(output)?.[1];
      if (port !== undefined) resolve(port);
    });
    service.stdout!.on('end', () => reject(new Error('the service did not start')));
  });

const rehearse = async (): Promise<void> => {
  const stage = build();
  const settings = { ...image().environment, DATA_DIR: data, SQLITE_TMPDIR: data, PORT: '0' };
  const [command = '', ...args] = isolated(image().command);
  const service = spawn(command, args, {
    cwd: stage.folder,
    env: { ...environment, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(service, 'exit');
  const port = await portOf(service);
  if (!healthy(stage.folder, port)) throw new Error('its health check fails');
  if (!existsSync(join(data, 'events.db'))) throw new Error('it keeps nothing in its volume');
  service.kill('SIGTERM');
  const [code] = await ended;
  if (code !== 0) throw new Error(`it ended with ${String(code)} at SIGTERM`);
  const size = spawnSync('du', ['-sm', stage.folder], { encoding: 'utf8' }).stdout.split('\t')[0];
  say(`The image starts, is healthy, and ends with 0 at SIGTERM; above its base it holds ${size} MiB`);
};

try {
  await rehearse();
} finally {
  rmSync(root, { recursive: true, force: true });
}
