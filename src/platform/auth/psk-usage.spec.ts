import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PskUsage } from './psk-usage.js';

const noon = Date.parse('2026-03-01T12:00:00.000Z');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usage-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const open = (): PskUsage => new PskUsage(join(folder, 'usage.db'));

describe('the last use of keys', () => {
  it('is unknown at first', () => {
    const usage = open();
    expect(usage.lastUsedAt('k1')).toBeNull();
    usage.stop();
  });
  it('is known at once', () => {
    const usage = open();
    usage.touch('k1', noon);
    expect(usage.lastUsedAt('k1')).toBe('2026-03-01T12:00:00.000Z');
    usage.stop();
  });
  it('is written when the service stops', () => {
    const usage = open();
    usage.touch('k1', noon);
    usage.touch('k1', noon + 1000);
    usage.stop();
    const again = open();
    expect(again.lastUsedAt('k1')).toBe('2026-03-01T12:00:01.000Z');
    expect(again.lastUsedAt('k2')).toBeNull();
    again.stop();
  });
  it('never goes back', () => {
    const usage = open();
    usage.touch('k1', noon);
    usage.flush();
    usage.touch('k1', noon - 1000);
    usage.flush();
    expect(usage.lastUsedAt('k1')).toBe('2026-03-01T12:00:00.000Z');
    usage.stop();
  });
});
