import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { AccessLog } from './access-log.js';
import { HARD_MAX_HEADER_BYTES, MAX_BODY_BYTES } from './limits.js';
import { RequestHooks } from './request-hooks.js';
import { RouteTable } from './route-table.js';
import { routedUrl } from './routed-url.js';

/** For a whole request to arrive, body and all. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than the usual minute of a proxy in front, so that it is never the server that hangs up first. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Where there is no request to answer, only bytes that can't be one. */
const answerBrokenRequest = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request'];
  const body = JSON.stringify({ type: 'about:blank', title, status });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
};

/** The server, its limits, and the hooks around every request. */
export class HttpServer {
  private hooks: RequestHooks | undefined;
  private accessLog: AccessLog | undefined;

  readonly adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: {
      // A name of any length reaches the surface, which says what is wrong with it; the headers' limit bounds it.
      maxParamLength: HARD_MAX_HEADER_BYTES,
    },
    http: { maxHeaderSize: HARD_MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS },
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // Stopping is our own affair (RequestHooks), so that its refusals have the surface's shape.
    return503OnClosing: false,
    // Only the address of the connection counts: anybody can write X-Forwarded-For.
    trustProxy: false,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    rewriteUrl: routedUrl,
    // No middleware of the framework is in use.
    skipMiddie: true,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
      reply.raw.once('finish', () => this.accessLog?.answered(request, reply));
      void this.hooks?.refuseBadPath(error, request, reply);
    },
  });

  /** Before the routes are registered. */
  prepare(app: NestFastifyApplication): void {
    const server = this.adapter.getInstance();
    app.get(RouteTable, { strict: false }).collectFrom(server);
    const hooks = app.get(RequestHooks, { strict: false });
    hooks.install(server);
    this.hooks = hooks;
    const accessLog = app.get(AccessLog, { strict: false });
    accessLog.install(server);
    this.accessLog = accessLog;
    // A caller who asks before he sends his body is told to go on only when he is known (RequestHooks).
    server.server.on('checkContinue', (request, response) =>
      server.server.emit('request', request, response),
    );
  }
}
