import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import { EnsureDefaultWorkspace } from '../../features/workspaces/index.js';
import type { Principal } from '../../platform/auth/principal.js';
import { Clock } from '../../platform/clock/clock.js';

/** Everybody finds a workspace of his own, from his first call on. */
@Injectable()
export class OwnWorkspace {
  constructor(
    private readonly commands: CommandBus,
    private readonly clock: Clock,
  ) {}

  /**
   * To be called first by every route, also by those that only read: the caller makes it, but it is no part of what he
   * asked for, so neither his idempotency key nor his condition counts for it.
   */
  async ensure({ id, commandContext }: FastifyRequest, caller: Principal): Promise<void> {
    const { userId, credentialType, credentialId } = caller;
    if (userId === null) return;
    await this.commands.execute(
      new EnsureDefaultWorkspace(caller, {
        now: commandContext?.now ?? this.clock.now().toISOString(),
        actor: { kind: 'user', id: userId },
        credential: { type: credentialType, id: credentialId },
        correlationId: commandContext?.correlationId ?? id,
        causationId: id,
      }),
    );
  }
}
