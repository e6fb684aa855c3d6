import { Command } from '@nestjs/cqrs';
import type { SentAccess } from '../../domain/model-group/sent-access.js';
import type { GroupChange } from '../../domain/model-group/updating.js';
import type { CommandContext } from '../../event-store/command-context.js';
import type { Principal } from '../../platform/auth/principal.js';

export type { GroupChange, SentAccess };

export interface WrittenGroup {
  readonly modelGroupId: string;
  /** Of the group's writes, from 1. */
  readonly version: number;
  readonly revision: bigint;
  readonly position: bigint;
}

export interface NewModelGroup {
  readonly name: string;
  readonly description: string | null;
  readonly access: SentAccess;
  /** `null`: it gets one of ours. */
  readonly modelGroupId: string | null;
}

/**
 * Refused, in this order, with `model-group-call`, `bad-model-group-id`, `model-group-name-taken`, `access-parameters`,
 * `model-group-exists`.
 */
export class RegisterModelGroup extends Command<WrittenGroup> {
  constructor(
    readonly group: NewModelGroup,
    readonly caller: Principal,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/**
 * Refused, in this order, with `model-group-call`, `model-group-not-found`, `update-not-permitted`, `access-parameters`,
 * `model-group-name-taken`.
 */
export class UpdateModelGroup extends Command<WrittenGroup> {
  constructor(
    readonly modelGroupId: string,
    readonly change: GroupChange,
    readonly caller: Principal,
    readonly context: CommandContext,
  ) {
    super();
  }
}

export interface DeletedGroup extends WrittenGroup {
  /** Nothing was there. */
  readonly wasMissing: boolean;
}

/** Refused, in this order, with `model-group-call`, `model-group-deletion`, `model-group-in-use`. */
export class DeleteModelGroup extends Command<DeletedGroup> {
  constructor(
    readonly modelGroupId: string,
    readonly caller: Principal,
    readonly context: CommandContext,
  ) {
    super();
  }
}
