import { Module } from '@nestjs/common';
import { DecisionsModule } from '../../features/decisions/index.js';
import { EvaluationController } from './evaluation.controller.js';
import { EvaluationRequestIds } from './evaluation-request-ids.js';
import { ProxyCheck } from './proxy-check.js';
import { ProxyCheckSurface } from './proxy-check.surface.js';

/** Authorization decisions for proxies (Envoy, nginx, Traefik) and in AuthZEN's terms. */
@Module({
  imports: [DecisionsModule],
  controllers: [EvaluationController],
  providers: [ProxyCheck, ProxyCheckSurface, EvaluationRequestIds],
})
export class AuthzModule {}
