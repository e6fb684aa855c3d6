import { Injectable } from '@nestjs/common';
import { LruMap } from '../../event-store/lru-map.js';
import { IdentityUnavailable } from '../../platform/auth/authenticator.js';
import { ReadModels } from '../../projections/projection.js';
import { directoryProjection } from './directory.projection.js';

const MAX_REMEMBERED = 20_000;

/**
 * Rows of the directory that were read lately. They hold until an event changes the directory: whatever else is written
 * costs one look at its head, not every row again.
 */
@Injectable()
export class DirectoryRecords {
  private readonly rows = new LruMap<string, { readonly value: unknown }>(MAX_REMEMBERED);
  private readModelAt: bigint | undefined;
  private head: number | undefined;
  private changes = 0;

  constructor(readonly readModels: ReadModels) {}

  /** @throws IdentityUnavailable */
  version(): number {
    if (!this.readModels.trustworthy(directoryProjection.name))
      throw new IdentityUnavailable('the read model of users and keys has stopped or is not up to date');
    return this.lookAtHead();
  }

  /** What `read` found, or finds now. */
  remember<Value>(key: string, read: () => Value): Value {
    this.lookAtHead();
    const known = this.rows.get(key);
    if (known !== undefined) return known.value as Value;
    const value = read();
    this.rows.set(key, { value });
    return value;
  }

  private lookAtHead(): number {
    const position = this.readModels.positionOf(directoryProjection.name);
    if (position === this.readModelAt) return this.changes;
    this.readModelAt = position;
    const head = this.readModels.get<{ position: number }>('SELECT position FROM directory_head')?.position;
    if (head !== this.head) {
      this.head = head;
      this.changes++;
      this.rows.clear();
    }
    return this.changes;
  }
}
