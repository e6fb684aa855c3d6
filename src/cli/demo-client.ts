import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const baseUrl = (process.argv[2] ?? 'http://127.0.0.1:3000').replace(/\/$/, '');
const keyFile = join(process.env['DATA_DIR'] ?? './data', 'platform-psk');

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & { readonly items?: readonly Record<string, unknown>[] };
}

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const platformKey = (): string => {
  const configured = process.env['PLATFORM_PSK'];
  if (configured !== undefined) return configured;
  try {
    return readFileSync(keyFile, 'utf8').trim();
  } catch {
    throw new Error(
      `no platform key: set PLATFORM_PSK, or DATA_DIR to the service's data folder (tried ${keyFile})`,
    );
  }
};

const headersWorthSeeing = [
  'etag',
  'x-event-position',
  'x-gov-reason',
  'x-gov-username',
  'www-authenticate',
  'location',
];

/** Who sends a request; without a key nobody in particular. */
export interface Sender {
  readonly name: string;
  readonly key?: string;
}

/** Sends one request, prints it and its answer, and insists on the status that the walk expects. */
export const call = async (
  who: Sender,
  method: string,
  path: string,
  expected: number,
  body?: unknown,
): Promise<Answer> => {
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: {
      ...(who.key === undefined ? {} : { 'authorization-psk': who.key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = text === '' ? {} : (JSON.parse(text) as Answer['body']);
  print(`\n${who.name}> ${method} ${path}${body === undefined ? '' : `\n  ${JSON.stringify(body)}`}`);
  print(`  ${response.status} ${response.statusText}`);
  for (const name of headersWorthSeeing) {
    const value = response.headers.get(name);
    if (value !== null) print(`  ${name}: ${value}`);
  }
  if (text !== '') print(JSON.stringify(hideKey(answer), null, 2).replace(/^/gm, '  '));
  if (response.status !== expected) throw new Error(`expected ${expected}, got ${response.status}`);
  return { status: response.status, headers: response.headers, body: answer };
};

/** A key is shown once by the service; a demo's output ends up in tickets, so it shows only how one looks. */
const hideKey = (body: object): object =>
  'psk' in body && typeof body.psk === 'string' ? { ...body, psk: `${body.psk.slice(0, 17)}…` } : body;

export const step = (title: string): void => print(`\n── ${title}`);

/** Asks again and again, without a word, until the answer is as wanted; a change is applied a moment after its approval. */
export const settle = async (
  { key }: Sender,
  path: string,
  wanted: (body: Answer['body']) => boolean,
): Promise<void> => {
  for (let attempt = 0; attempt < 300; attempt++) {
    const response = await fetch(`${baseUrl}${path}`, { headers: { 'authorization-psk': key ?? '' } });
    if (wanted((await response.json()) as Answer['body'])) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing happened to ${path} for 15 s`);
};
