import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

// Debian puts it where only root's PATH leads.
const ENVIRONMENT = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` };

export const hasNginx = (): boolean => {
  const { error, stderr } = spawnSync('nginx', ['-V'], { env: ENVIRONMENT, encoding: 'utf8' });
  return error === undefined && stderr.includes('http_auth_request_module');
};

export interface Nginx {
  /** Sends bytes as they are and answers with all that comes back until the connection ends. */
  send(bytes: string): Promise<string>;
  stop(): Promise<void>;
}

const START_MS = 10_000;

/** Resolves to what came back; rejects when nobody listens. */
const exchange = (socketPath: string, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (received += chunk));
    socket.on('error', reject);
    socket.on('end', () => resolve(received));
    socket.on('connect', () => socket.write(bytes, 'latin1'));
  });

/** Each text has to stand in the file exactly once, so that a changed file can't silently escape the test. */
const substitute = (text: string, replacements: Readonly<Record<string, string>>): string =>
  Object.entries(replacements).reduce((result, [from, to]) => {
    if (result.split(from).length !== 2) throw new Error(`expected once in the configuration: ${from}`);
    return result.replace(from, () => to);
  }, text);

/**
 * Runs nginx with a server configuration as it is documented, listening on a socket of its own instead of a port.
 * @param replacements texts of the configuration that name the documented addresses, and what to put there
 * @param listen the text that names the port
 */
export const startNginx = async (
  configuration: string,
  replacements: Readonly<Record<string, string>>,
  listen = 'listen 80;',
): Promise<Nginx> => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-nginx-'));
  const socketPath = join(folder, 'nginx.sock');
  const server = substitute(await readFile(configuration, 'utf8'), {
    ...replacements,
    [listen]: `listen unix:${socketPath};`,
  });
  await writeFile(join(folder, 'server.conf'), server);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr;
    events { worker_connections 256; }
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
      include ${folder}/server.conf;
    }`,
  );
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const exited = once(child, 'exit');

  const nginx: Nginx = {
    send: (bytes) => exchange(socketPath, bytes),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      await nginx.send('GET / HTTP/1.0\r\n\r\n');
      return nginx;
    } catch (error) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await nginx.stop();
        throw new Error(`nginx does not listen: ${complaints}`, { cause: error });
      }
      await pause(10);
    }
  }
};
