import { Injectable } from '@nestjs/common';
import type { Caller } from '../../domain/shared/caller.js';
import { Directory } from '../../platform/auth/directory.js';

export interface ResolvedOwner {
  /** As sent. */
  readonly owner: string;
  /** `null`: nobody, or several people. */
  readonly ownerId: string | null;
}

/** Finds whom a registration means by `owner`: by user id, else by username, else by verified e-mail address. */
@Injectable()
export class OwnerResolver {
  constructor(private readonly directory: Directory) {}

  resolve(owner: string, caller: Caller): ResolvedOwner {
    return { owner, ownerId: this.find(owner, caller) };
  }

  private find(owner: string, caller: Caller): string | null {
    const byId = this.directory.user(owner);
    if (byId !== undefined) return byId.userId;
    for (const found of [this.directory.usersByUsername(owner), this.directory.usersByVerifiedEmail(owner)]) {
      const [only, ...others] = found;
      if (only !== undefined) return others.length === 0 ? only.userId : null;
    }
    return isSelf(owner, caller) ? caller.userId : null;
  }
}

/** On his first request the caller may not stand in the directory yet. */
const isSelf = (owner: string, { userId, username, verifiedEmail }: Caller): boolean =>
  owner === userId || owner === username || owner.toLowerCase() === verifiedEmail;
