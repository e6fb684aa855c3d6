import { request as httpRequest } from 'node:http';

export interface Answer {
  readonly status: number;
  /** Lower-case names; repeated ones joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; `undefined` when there is none or it is something else. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into bodies of every shape
  readonly json: any;
}

export interface RequestOptions {
  /** Sent as `Authorization-PSK`. */
  readonly psk?: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string;
  /** A list sends the header several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, without a content type of its own. */
  readonly rawBody?: string | Uint8Array;
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/**
 * One request, with the path sent to the byte: `fetch` would resolve `..` and refuse what the tests need to send. Each
 * uses a connection of its own.
 */
export const send = (
  base: string,
  method: string,
  path: string,
  { psk, token, headers = {}, body, rawBody }: RequestOptions = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const payload = body === undefined ? rawBody : JSON.stringify(body);
    const outgoing = httpRequest({
      hostname,
      port,
      method,
      path,
      agent: false,
      headers: {
        ...(psk === undefined ? {} : { 'authorization-psk': psk }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }),
        ...headers,
      } as Record<string, string | string[]>,
    });
    let answered = false;
    outgoing.on('response', (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const received = Object.entries(response.headersDistinct).map(([name, values]) => [
          name,
          (values ?? []).join(', '),
        ]);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(received) as Record<string, string>,
          text,
          json: parse(text),
        });
      });
    });
    // An answer may come, and the connection end, before all of a large body was taken.
    outgoing.on('error', (error) => {
      if (!answered) reject(error);
    });
    outgoing.end(payload);
  });
