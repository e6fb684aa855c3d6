import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { READINESS_SCHEMA } from '../../src/surfaces/operations/readiness.schema.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { exported, fillLog } from '../support/transfer.js';

const PAGE = readFileSync('docs/operations.md', 'utf8');

describe('docs/operations.md', () => {
  it('says what each status of /readyz means', () => {
    const described = [...PAGE.matchAll(/^\| `(\w+)` +\|/gm)].map(([, status]) => status);
    expect(['ok', ...described]).toEqual(
      expect.arrayContaining([...READINESS_SCHEMA.properties.status.enum]),
    );
  });

  it('checks a backup by a command that works', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'operations-'));
    try {
      const store = new MemoryEventStore();
      await fillLog(store, 30);
      const text = await exported(store);
      writeFileSync(join(folder, 'backup.ndjson'), text);
      const [command = ''] = /^sed .*sha256sum/m.exec(PAGE) ?? [];
      const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: folder });
      const { sha256 } = JSON.parse(text.trimEnd().split('\n').at(-1)!) as { sha256: string };
      expect(stdout).toBe(`${sha256}  -\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the documentation', () => {
  const pages = [
    'README.md',
    'CHANGELOG.md',
    ...readdirSync('docs').map((name) => join('docs', name)),
  ].filter((path) => path.endsWith('.md'));

  it('names only commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const page of pages) {
      const named = readFileSync(page, 'utf8').matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g);
      for (const [, name] of named)
        expect([page, Object.keys(scripts)]).toEqual([page, expect.arrayContaining([name])]);
    }
  });

  it('links only to pages that there are', () => {
    for (const page of pages) {
      const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
        ([, link]) => link!,
      );
      for (const link of links) {
        const path = join(page, '..', link);
        expect(() => readFileSync(path)).not.toThrow();
      }
    }
  });
});
