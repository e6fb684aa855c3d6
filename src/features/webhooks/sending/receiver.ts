import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { productVersion } from '../../../platform/product-version.js';
import { failureOf } from './failure.js';
import { checkedLookup, hostOf, requireAllowedHost, systemResolve, type Resolve } from './target.js';

/** Of an answer this much is kept, … */
const KEPT_BYTES = 1024;
/** … and this much is read: whoever sends more has said enough. */
const READ_BYTES = 64 * 1024;
const HEADER_BYTES = 16 * 1024;
const IDLE_CONNECTION_MS = 30_000;
const USER_AGENT = `Countersign/${productVersion()}`;

export interface Answer {
  /** `null`: no whole answer came. */
  readonly statusCode: number | null;
  /** Its first KiB as text; `null`: none. */
  readonly body: string | null;
  readonly retryAfter: string | undefined;
  /** Why it is no success, in a few words; `null`: it is one. */
  readonly error: string | null;
  readonly latencyMs: number;
}

export interface ReceiverOptions {
  readonly url: string;
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
  readonly connections: number;
  readonly resolve?: Resolve;
}

/** Ended on our side, because sending stops. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/**
 * The far end of one webhook: posts to it, over connections that are kept. Nothing that it does or leaves undone takes
 * longer than the time-out, or holds more than a few KiB. Redirects are answers like others, and no success.
 */
export class Receiver {
  private readonly url: URL;
  private readonly agent: HttpAgent;
  private readonly request: typeof httpRequest;

  constructor(private readonly options: ReceiverOptions) {
    const { url, allowPrivate, connections, resolve = systemResolve } = options;
    this.url = new URL(url);
    const settings = {
      keepAlive: true,
      maxSockets: connections,
      maxFreeSockets: connections,
      timeout: IDLE_CONNECTION_MS,
      lookup: checkedLookup(resolve, allowPrivate),
    };
    const secure = this.url.protocol === 'https:';
    this.agent = secure ? new HttpsAgent(settings) : new HttpAgent(settings);
    this.request = secure ? httpsRequest : httpRequest;
  }

  /**
   * Never fails: what went wrong is part of the answer.
   * @throws Abandoned when `signal` aborts
   */
  async post(body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    const start = performance.now();
    const since = (): number => Math.round(performance.now() - start);
    try {
      if (!this.options.allowPrivate) {
        requireAllowedHost(hostOf(this.url));
        if (this.url.protocol !== 'https:') throw new Error('only https is allowed');
      }
      const answer = await this.exchange(body, headers, signal);
      return { ...answer, error: failureOf(answer.statusCode), latencyMs: since() };
    } catch (error) {
      if (error instanceof Abandoned) throw error;
      const nothing = { statusCode: null, body: null, retryAfter: undefined };
      return { ...nothing, error: failureOf(error as NodeJS.ErrnoException), latencyMs: since() };
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.agent.destroy();
  }

  private async exchange(
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<{ statusCode: number; body: string | null; retryAfter: string | undefined }> {
    const limit = AbortSignal.timeout(this.options.timeoutMs);
    for (;;) {
      const outgoing = this.start(body, headers);
      const cut = (): void => void outgoing.destroy();
      limit.addEventListener('abort', cut);
      signal.addEventListener('abort', cut);
      if (limit.aborted || signal.aborted) cut();
      try {
        return await wholeAnswer(outgoing);
      } catch (error) {
        if (signal.aborted) throw new Abandoned();
        if (limit.aborted) throw Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' });
        // The other side closed a kept connection just when it was used again: that says nothing about it.
        const { code } = error as NodeJS.ErrnoException;
        if (!(outgoing.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE'))) throw error;
      } finally {
        limit.removeEventListener('abort', cut);
        signal.removeEventListener('abort', cut);
      }
    }
  }

  private start(body: string, headers: Readonly<Record<string, string>>): ClientRequest {
    const outgoing = this.request(this.url, {
      method: 'POST',
      agent: this.agent,
      maxHeaderSize: HEADER_BYTES,
      headers: {
        ...headers,
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'user-agent': USER_AGENT,
      },
    });
    outgoing.end(body);
    return outgoing;
  }
}

const wholeAnswer = async (
  outgoing: ClientRequest,
): Promise<{ statusCode: number; body: string | null; retryAfter: string | undefined }> => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
  });
  const { statusCode = 0, headers } = response;
  return { statusCode, body: await beginning(response), retryAfter: headers['retry-after'] };
};

const beginning = async (response: IncomingMessage): Promise<string | null> => {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes < KEPT_BYTES) kept.push(chunk.subarray(0, KEPT_BYTES - bytes));
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > READ_BYTES) break;
  }
  // What is cut in the middle of a character, or is no text, becomes U+FFFD; so does NUL, which ends texts elsewhere.
  return bytes === 0 ? null : Buffer.concat(kept).toString('utf8').replaceAll('\0', '\ufffd');
};
