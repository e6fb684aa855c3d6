import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands before a server on loopback, and does to its connections what networks and dying machines do. */
export class TcpGateway {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private frozen = false;
  port = 0;

  /** `target`: port of the server behind. */
  constructor(private readonly target: () => number) {}

  /** Takes connections; on the same port as before, if there was one. */
  async open(): Promise<void> {
    const server = createServer((socket) => this.pass(socket));
    this.server = server;
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  /** New connections are refused, those that are open are cut. */
  async refuse(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.close();
    this.cut();
    if (server !== undefined) await once(server, 'close');
  }

  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
    this.sockets.clear();
  }

  /** Nothing gets through, neither way, and nobody is told; new connections are taken. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  thaw(): void {
    this.frozen = false;
    for (const socket of this.sockets) socket.resume();
  }

  private pass(outer: Socket): void {
    const inner = connect(this.target(), '127.0.0.1');
    this.link(outer, inner);
    this.link(inner, outer);
  }

  private link(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => {
      if (!this.frozen) from.resume();
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
    if (this.frozen) from.pause();
  }
}
