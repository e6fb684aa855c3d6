import { Module } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule } from '@nestjs/core';
import { AccessLog } from './access-log.js';
import { ProblemFilter } from './problem.filter.js';
import { ProblemResponder } from './problem-responder.js';
import { ReadYourWrites } from './read-your-writes.js';
import { RepeatedRequests } from './repeated-requests.js';
import { RequestHooks } from './request-hooks.js';
import { RouteTable } from './route-table.js';
import { SurfaceRegistry } from './surface-registry.js';

@Module({
  imports: [DiscoveryModule],
  providers: [
    AccessLog,
    ProblemResponder,
    ReadYourWrites,
    RepeatedRequests,
    RequestHooks,
    RouteTable,
    SurfaceRegistry,
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
  exports: [RouteTable, SurfaceRegistry],
})
export class HttpModule {}
