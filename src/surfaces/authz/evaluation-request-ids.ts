import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

const HEADER = 'x-request-id';

/** The standard wants a request's own id in its answer, refusals included; everywhere else the id is ours. */
@Injectable()
export class EvaluationRequestIds implements OnModuleInit {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  onModuleInit(): void {
    const server = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    server.addHook('onSend', ({ url, headers }, reply, _payload, done) => {
      const id = headers[HEADER];
      if (id !== undefined && url.startsWith('/access/v1/')) void reply.header(HEADER, id);
      done();
    });
  }
}
