import { Injectable } from '@nestjs/common';
import type { NamedUser } from '../../domain/workspace/members.js';
import { Directory, type DirectoryUser } from '../../platform/auth/directory.js';
import type { UserNames } from './commands.js';

const known = ({ userId, enabled }: DirectoryUser, named: string): NamedUser => ({
  status: 'known',
  userId,
  enabled,
  named,
});

/** Finds whom a caller means, as the directory knows people now: by id, by a verified e-mail address, or by both. */
@Injectable()
export class NamedUsers {
  constructor(private readonly directory: Directory) {}

  resolve({ email, userId }: UserNames): NamedUser {
    if (email !== null) return this.byEmail(email, userId);
    if (userId === null) throw new Error('a user must be named by an id or an e-mail address');
    const user = this.directory.user(userId);
    return user === undefined ? { status: 'unknown', userId, named: userId } : known(user, userId);
  }

  private byEmail(email: string, userId: string | null): NamedUser {
    const found = this.directory.usersByVerifiedEmail(email);
    const [first, ...others] = userId === null ? found : found.filter((user) => user.userId === userId);
    if (first === undefined)
      return found.length > 0
        ? { status: 'contradictory' }
        : { status: 'unknown', userId: null, named: email };
    return others.length > 0 ? { status: 'ambiguous', named: email } : known(first, email);
  }
}
