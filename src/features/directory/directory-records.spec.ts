import { describe, expect, it } from '@jest/globals';
import type { ReadModels } from '../../projections/projection.js';
import { DirectoryRecords } from './directory-records.js';

/** A read model whose log and whose directory move on as told. */
class Moving {
  position = 0n;
  head = 0;
  trusted = true;
  looks = 0;

  readonly readModels = {
    positionOf: () => this.position,
    trustworthy: () => this.trusted,
    get: () => {
      this.looks++;
      return { position: this.head };
    },
  } as unknown as ReadModels;
}

describe('rows of the directory', () => {
  it('are read once while nothing is written', () => {
    const moving = new Moving();
    const records = new DirectoryRecords(moving.readModels);
    let reads = 0;
    for (let i = 0; i < 3; i++) expect(records.remember('user u1', () => ++reads)).toBe(1);
    expect(moving.looks).toBe(1);
  });

  it('are remembered also when there is none', () => {
    const records = new DirectoryRecords(new Moving().readModels);
    let reads = 0;
    const read = (): undefined => void reads++;
    records.remember('user u1', read);
    records.remember('user u1', read);
    expect(reads).toBe(1);
  });

  it('hold while only something else is written, at the price of one look', () => {
    const moving = new Moving();
    const records = new DirectoryRecords(moving.readModels);
    const version = records.version();
    records.remember('user u1', () => 'before');
    moving.position = 1n;
    expect(records.remember('user u1', () => 'after')).toBe('before');
    expect(records.version()).toBe(version);
    expect(moving.looks).toBe(2);
  });

  it('are read again as soon as the directory has changed', () => {
    const moving = new Moving();
    const records = new DirectoryRecords(moving.readModels);
    const version = records.version();
    records.remember('user u1', () => 'before');
    moving.position = 1n;
    moving.head = 1;
    expect(records.version()).not.toBe(version);
    expect(records.remember('user u1', () => 'after')).toBe('after');
  });

  it('decide nothing once their read model can not be trusted', () => {
    const moving = new Moving();
    const records = new DirectoryRecords(moving.readModels);
    records.version();
    moving.trusted = false;
    expect(() => records.version()).toThrow(expect.objectContaining({ name: 'IdentityUnavailable' }));
  });
});
