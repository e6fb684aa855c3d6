import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly sequence: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: ReceivedEvent;
}

/** A status with a text, or the connection itself to do something that no server should. */
export type Reply =
  | { readonly status: number; readonly text?: string; readonly headers?: Readonly<Record<string, string>> }
  | ((socket: Socket) => void);

/** A receiver of webhooks that answers as it is told. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** What to answer to a request. */
  answer: (request: Received) => Reply | Promise<Reply> = () => ({ status: 204 });
  private readonly waiting = new Set<() => void>();
  private readonly server: Server;

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  private constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const one = { headers: request.headers, body, event: JSON.parse(body) as ReceivedEvent };
        this.received.push(one);
        for (const wake of this.waiting) wake();
        void Promise.resolve(this.answer(one)).then((reply) => {
          if (typeof reply === 'function') reply(request.socket);
          else response.writeHead(reply.status, reply.headers).end(reply.text ?? '');
        });
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/events`;
  }

  get sequences(): readonly string[] {
    return this.received.map(({ event }) => event.sequence);
  }

  /** Resolves when so many requests have come, those that came before included. */
  async until(count: number): Promise<void> {
    await this.untilTrue(() => this.received.length >= count);
  }

  /** Looks whenever a request has come. */
  async untilTrue(isTrue: () => boolean): Promise<void> {
    while (!isTrue())
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.waiting.delete(wake);
          resolve();
        };
        this.waiting.add(wake);
      });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** As the receiver's own library does it. @throws when the signature is not good */
export const verify = (secret: string, { headers, body }: Received): void => {
  new Webhook(secret).verify(body, headers as Record<string, string>);
};
