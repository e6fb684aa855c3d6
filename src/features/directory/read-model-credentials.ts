import { Injectable } from '@nestjs/common';
import { CredentialRecords, type StoredPsk } from '../../platform/auth/credential-records.js';
import { DirectoryRecords } from './directory-records.js';
import { canBeStored } from './directory-rows.js';

interface StoredPskRow {
  readonly psk_id: string;
  readonly user_id: string;
  readonly digest: string;
  readonly status: StoredPsk['status'];
  readonly valid_until: string | null;
  readonly overlap_until: string | null;
}

@Injectable()
export class ReadModelCredentials extends CredentialRecords {
  constructor(private readonly records: DirectoryRecords) {
    super();
  }

  version(): number {
    return this.records.version();
  }

  psk(publicId: string): StoredPsk | undefined {
    return this.records.remember(`psk ${publicId}`, () => {
      const row = this.records.readModels.get<StoredPskRow>(
        `SELECT psk_id, user_id, digest, status, valid_until, overlap_until FROM psks WHERE public_id = ?`,
        publicId,
      );
      return row && storedPsk(row);
    });
  }

  sessionEnded(sessionId: string | null, userId: string, issuedAt: string): boolean {
    if (sessionId !== null && this.endOf('ended_sessions', 'session_id', sessionId) !== undefined)
      return true;
    const allEndedAt = this.endOf('ended_users', 'user_id', userId);
    return allEndedAt !== undefined && issuedAt <= allEndedAt;
  }

  private endOf(table: string, column: string, id: string): string | undefined {
    if (!canBeStored(id)) return undefined;
    const sql = `SELECT ended_at FROM ${table} WHERE ${column} = ?`;
    return this.records.readModels.get<{ ended_at: string }>(sql, id)?.ended_at;
  }
}

const storedPsk = (row: StoredPskRow): StoredPsk => ({
  pskId: row.psk_id,
  userId: row.user_id,
  digest: Buffer.from(row.digest, 'hex'),
  status: row.status,
  validUntil: row.valid_until,
  overlapUntil: row.overlap_until,
});
