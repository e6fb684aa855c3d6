import { Inject, Injectable } from '@nestjs/common';
import { Directory, type DirectoryUser } from '../../platform/auth/directory.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { DirectoryRecords } from './directory-records.js';
import { canBeStored, userOf, type UserRow } from './directory-rows.js';

@Injectable()
export class ReadModelDirectory extends Directory {
  constructor(
    private readonly records: DirectoryRecords,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    super();
  }

  user(userId: string): DirectoryUser | undefined {
    return this.records.remember(`user ${userId}`, () => this.find('user_id', userId)[0]);
  }

  usersByUsername(username: string): readonly DirectoryUser[] {
    return this.records.remember(`username ${username}`, () => this.find('username', username));
  }

  usersByVerifiedEmail(email: string): readonly DirectoryUser[] {
    const lower = email.toLowerCase();
    return this.records.remember(`email ${lower}`, () => this.find('verified_email', lower));
  }

  knowsRole(role: string): boolean {
    return this.records.remember(`role ${role}`, () => this.someoneHolds(role));
  }

  private find(column: 'user_id' | 'username' | 'verified_email', value: string): readonly DirectoryUser[] {
    if (!canBeStored(value)) return [];
    const sql = `SELECT * FROM users WHERE ${column} = ? ORDER BY recorded_at_position`;
    return this.records.readModels.all<UserRow>(sql, value).map(userOf);
  }

  /** As a plain name a role of the realm or of our own client, as `client/role` one of another client. */
  private someoneHolds(role: string): boolean {
    if (!canBeStored(role)) return false;
    const own = this.config.keycloak?.clientId ?? '';
    if (this.isHeld(role, '') || (own !== '' && this.isHeld(role, own))) return true;
    for (let slash = role.indexOf('/'); slash > 0; slash = role.indexOf('/', slash + 1)) {
      const client = role.slice(0, slash);
      if (client !== own && this.isHeld(role.slice(slash + 1), client)) return true;
    }
    return false;
  }

  private isHeld(role: string, client: string): boolean {
    const sql = 'SELECT 1 FROM user_roles WHERE role = ? AND client = ? LIMIT 1';
    return this.records.readModels.get(sql, role, client) !== undefined;
  }
}
