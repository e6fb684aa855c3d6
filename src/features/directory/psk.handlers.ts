import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PskRecord } from '../../domain/directory/directory.events.js';
import { pskDecider, type PskCommand, type UserKeys } from '../../domain/directory/psk.decider.js';
import { userDecider } from '../../domain/directory/user.decider.js';
import { DomainError } from '../../domain/shared/domain-error.js';
import { newId, type CommandContext } from '../../event-store/command-context.js';
import { DeciderRunner, type Decided } from '../../event-store/decider-runner.js';
import { PskDigests } from '../../platform/auth/psk-digest.js';
import { mintPsk } from '../../platform/auth/psk-format.js';
import { ReadModels } from '../../projections/projection.js';
import {
  IssuePsk,
  RegeneratePsk,
  RevokePsk,
  RevokePskById,
  type IssuedPsk,
  type Written,
} from './commands.js';
import { canBeStored } from './directory-rows.js';
import { pskViewOf } from './psk-view.js';
import { pskStream, userStream } from './streams.js';

/** A key made just now: what is recorded of it, and the key itself, which is not. */
const newKey = (
  digests: PskDigests,
  userId: string,
  validUntil: string | null,
  context: CommandContext,
): { readonly psk: string; readonly key: Omit<PskRecord, 'description'> } => {
  const { psk, publicId } = mintPsk('gpu');
  const pskId = newId(context, 'psk');
  return {
    psk,
    key: { pskId, userId, publicId, digest: digests.of(psk), validUntil: normalised(validUntil) },
  };
};

/** UTC with milliseconds: so that times compare as text. */
const normalised = (validUntil: string | null): string | null => {
  if (validUntil === null) return null;
  const ms = Date.parse(validUntil);
  if (Number.isNaN(ms))
    throw new DomainError('invalid', 'valid-until-malformed', 'The end of validity is no date and time');
  return new Date(ms).toISOString();
};

const written = ({ revision, position }: Decided<unknown>): Written => ({ revision, position });

const issued = (decided: Decided<UserKeys>, pskId: string, psk: string, now: string): IssuedPsk => {
  const key = decided.state.keys.find((candidate) => candidate.pskId === pskId);
  if (key === undefined) throw new Error('the key just made is not in its stream');
  return { psk, record: pskViewOf(key, now, null), ...written(decided) };
};

@CommandHandler(IssuePsk)
export class IssuePskHandler implements ICommandHandler<IssuePsk> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly digests: PskDigests,
  ) {}

  async execute({ userId, description, validUntil, context }: IssuePsk): Promise<IssuedPsk> {
    const { state } = await this.runner.load(userDecider, userStream(userId));
    if (state.status === 'unknown')
      throw new DomainError('not-found', 'user-not-found', `User '${userId}' not found`);
    const { now } = context;
    const { psk, key } = newKey(this.digests, userId, validUntil, context);
    const command: PskCommand = { type: 'IssuePsk', now, key: { ...key, description } };
    const decided = await this.runner.run(pskDecider, pskStream(userId), command, context);
    return issued(decided, key.pskId, psk, now);
  }
}

@CommandHandler(RegeneratePsk)
export class RegeneratePskHandler implements ICommandHandler<RegeneratePsk> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly digests: PskDigests,
  ) {}

  async execute({ userId, request, context }: RegeneratePsk): Promise<IssuedPsk> {
    const { description, validUntil, overlapSeconds } = request;
    const { now } = context;
    const { psk, key } = newKey(this.digests, userId, validUntil, context);
    const command: PskCommand = {
      type: 'RegeneratePsk',
      now,
      key: description === undefined ? key : { ...key, description },
      overlapSeconds,
    };
    const decided = await this.runner.run(pskDecider, pskStream(userId), command, context);
    return issued(decided, key.pskId, psk, now);
  }
}

@CommandHandler(RevokePsk)
export class RevokePskHandler implements ICommandHandler<RevokePsk> {
  constructor(private readonly runner: DeciderRunner) {}

  async execute({ userId, context }: RevokePsk): Promise<Written> {
    const command: PskCommand = { type: 'RevokePsk', now: context.now };
    return written(await this.runner.run(pskDecider, pskStream(userId), command, context));
  }
}

@CommandHandler(RevokePskById)
export class RevokePskByIdHandler implements ICommandHandler<RevokePskById> {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly readModels: ReadModels,
  ) {}

  async execute({ pskId, context }: RevokePskById): Promise<Written> {
    const command: PskCommand = { type: 'RevokePskById', pskId };
    return written(await this.runner.run(pskDecider, pskStream(this.userOf(pskId)), command, context));
  }

  /** Keys live in their user's stream; which one that is, the read model knows. */
  private userOf(pskId: string): string {
    const row = canBeStored(pskId)
      ? this.readModels.get<{ user_id: string }>('SELECT user_id FROM psks WHERE psk_id = ?', pskId)
      : undefined;
    if (row === undefined) throw new DomainError('not-found', 'psk-not-found', 'PSK not found');
    return row.user_id;
  }
}
