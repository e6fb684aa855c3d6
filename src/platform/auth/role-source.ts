import { Directory, type DirectoryUser } from './directory.js';

/** A user with the roles he holds now. */
export type HeldUser = Omit<DirectoryUser, 'source' | 'updatedAt'>;

/** Where the roles of a user come from who shows no token of his own: the owner of a key. */
export abstract class RoleSource {
  /**
   * `undefined`: there is no such user (any more). The same object is returned as long as nothing has changed.
   * @throws IdentityUnavailable when nobody can say, and what was known is too old to go by
   */
  abstract held(userId: string): Promise<HeldUser | undefined>;
}

/** Without access to the identity provider: the directory's entry, which tokens and administrators keep up. */
export class DirectoryRoleSource extends RoleSource {
  constructor(private readonly directory: Directory) {
    super();
  }

  held(userId: string): Promise<HeldUser | undefined> {
    return Promise.resolve(this.directory.user(userId));
  }
}
