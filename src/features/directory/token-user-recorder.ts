import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { userDecider, type TokenEntry, type User } from '../../domain/directory/user.decider.js';
import { Directory, type DirectoryUser } from '../../platform/auth/directory.js';
import { UserRecorder } from '../../platform/auth/user-recorder.js';
import { Clock } from '../../platform/clock/clock.js';
import { ReadModels } from '../../projections/projection.js';
import { RecordTokenUser } from './commands.js';
import { directoryProjection } from './directory.projection.js';

/** So that a user can be found from his first request on; whoever must wait longer gets there without. */
const CATCH_UP_MS = 500;

@Injectable()
export class TokenUserRecorder extends UserRecorder {
  private readonly logger = new Logger(TokenUserRecorder.name);

  constructor(
    private readonly commands: CommandBus,
    private readonly directory: Directory,
    private readonly readModels: ReadModels,
    private readonly clock: Clock,
  ) {
    super();
  }

  async record(userId: string, entry: TokenEntry, tokenId: string): Promise<boolean> {
    try {
      if (saysNothingNew(userId, entry, this.directory.user(userId))) return true;
      const { position } = await this.commands.execute(
        new RecordTokenUser(userId, entry, {
          now: this.clock.now().toISOString(),
          actor: { kind: 'user', id: userId },
          credential: { type: 'jwt', id: tokenId },
          correlationId: randomUUID(),
          causationId: randomUUID(),
        }),
      );
      await this.readModels
        .waitFor(position, { timeoutMs: CATCH_UP_MS, projections: [directoryProjection.name] })
        .catch(() => {});
      return true;
    } catch (error) {
      this.logger.warn(`the user of a token could not be recorded: ${String(error)}`);
      return false;
    }
  }
}

/**
 * The rules of the domain, asked about the entry as the read model has it: spares a command for every new token of a user
 * who is known already. Taken as old as can be, an entry never hides a change; the command decides again.
 */
const saysNothingNew = (userId: string, entry: TokenEntry, known: DirectoryUser | undefined): boolean => {
  if (known === undefined) return false;
  const { username, email, firstName, lastName, updatedAt, ...rest } = known;
  const state: User = {
    status: 'recorded',
    entry: { ...rest, statedAt: '', personal: { [userId]: { username, email, firstName, lastName } } },
    updatedAt,
  };
  return userDecider.decide({ type: 'RecordTokenUser', userId, entry }, state).length === 0;
};
