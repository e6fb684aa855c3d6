import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';

export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  /** As it came: one line. */
  readonly data: string;
}

interface StreamOptions {
  readonly psk?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of server-sent events that takes them by the letter of the standard, and keeps the bytes as well. */
export class EventStreamClient {
  readonly events: StreamEvent[] = [];
  readonly comments: string[] = [];
  /** All that came. */
  text = '';
  /** What the next connection would send as `Last-Event-ID`. */
  lastEventId: string | undefined;
  /** Resolves when it has ended, in whatever way. */
  readonly ended: Promise<void>;
  private rest = '';
  private readonly waiting = new Set<() => void>();
  private isOver = false;

  static async open(
    url: string,
    query: Readonly<Record<string, string>> = {},
    { psk, token, headers = {} }: StreamOptions = {},
  ): Promise<EventStreamClient> {
    const outgoing = httpRequest(
      `${url}/governance/v1/events/stream?${new URLSearchParams(query).toString()}`,
      {
        agent: false,
        headers: {
          ...(psk === undefined ? {} : { 'authorization-psk': psk }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
      },
    );
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) {
      response.resume();
      throw new Error(`the stream was refused: ${response.statusCode}`);
    }
    return new EventStreamClient(outgoing, response);
  }

  private constructor(
    private readonly outgoing: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    outgoing.on('error', () => undefined);
    response.setEncoding('utf8').on('data', (text: string) => this.take(text));
    this.ended = new Promise((resolve) => {
      response.on('error', () => undefined);
      response.on('close', () => {
        this.isOver = true;
        this.wake();
        resolve();
      });
    });
  }

  get data(): readonly string[] {
    return this.events.map(({ data }) => data);
  }

  /** @throws Error when the stream ends before it holds */
  async until(met: (client: this) => boolean): Promise<void> {
    while (!met(this)) {
      if (this.isOver) throw new Error(`the stream ended with ${JSON.stringify(this.text.slice(-300))}`);
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.waiting.delete(wake);
          resolve();
        };
        this.waiting.add(wake);
      });
    }
  }

  async close(): Promise<void> {
    this.outgoing.destroy();
    await this.ended;
  }

  private wake(): void {
    for (const wake of this.waiting) wake();
  }

  private take(text: string): void {
    this.text += text;
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.dispatch(block);
    this.wake();
  }

  private dispatch(block: string): void {
    let event = '';
    const data: string[] = [];
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      const [field, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
      if (field === '') this.comments.push(value);
      else if (field === 'id') this.lastEventId = value;
      else if (field === 'event') event = value;
      else if (field === 'data') data.push(value);
    }
    if (data.length > 0) this.events.push({ id: this.lastEventId ?? '', event, data: data.join('\n') });
  }
}
