import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { BOOKKEEPING_AGGREGATES, currentSchemaVersions, splitStreamName } from '../../src/domain/events.js';

interface Sample {
  readonly event: {
    readonly type: string;
    readonly stream: string;
    readonly data: Readonly<Record<string, unknown>>;
    readonly metadata: Readonly<Record<string, unknown>>;
  };
}

const PAGE = readFileSync('docs/events.md', 'utf8');

/** A stored event of each type in its present version; some leave out members that may be absent. */
const samples = Object.entries(currentSchemaVersions).map(([type, version]) => {
  const text = readFileSync(`test/golden/${type}.v${version}.json`, 'utf8');
  return (JSON.parse(text) as Sample).event;
});

/** From a heading to the next one. */
const section = (heading: string): string =>
  PAGE.split(/^(?=##)/m).find((part) => part.startsWith(heading)) ?? '';

/** The names in the first column of a section's table. */
const membersIn = (text: string): string[] =>
  [...text.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
  );

/** What a member's row says of what is inside it. */
const rowOf = (text: string, member: string): string =>
  text.split('\n').find((line) => line.startsWith('|') && line.split('|')[1]?.includes(`\`${member}\``)) ??
  '';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

describe('docs/events.md', () => {
  it('has every event type of the catalogue in its present version, and no other', () => {
    const described = [...PAGE.matchAll(/^### `(\w+)`, version (\d+)$/gm)].map(([, type, version]) => [
      type,
      Number(version),
    ]);
    expect(new Map(described as [string, number][])).toEqual(new Map(Object.entries(currentSchemaVersions)));
    expect(described).toHaveLength(Object.keys(currentSchemaVersions).length);
  });

  it.each(samples.map((sample) => [sample.type, sample] as const))(
    'lists the members of %s',
    (type, sample) => {
      const text = section(`### \`${type}\``);
      const held = new Set(Object.keys(sample.data));
      const mayBeAbsent = membersIn(text).filter((member) =>
        /^\|[^|]+\|[^|]*absent/.test(rowOf(text, member)),
      );
      expect(new Set(membersIn(text))).toEqual(new Set([...held, ...mayBeAbsent]));
      expect(text).toContain(`Stream \`${splitStreamName(sample.stream).aggregate}-<`);
      for (const [member, value] of Object.entries(sample.data)) {
        if (!isObject(value) || ['headers', 'clientRoles'].includes(member)) continue;
        const [inside] = member === 'personal' ? Object.values(value) : [value];
        for (const name of Object.keys(inside as object))
          expect(rowOf(text, member)).toContain(`\`${name}\``);
      }
    },
  );

  it('lists the streams of every aggregate, and says which are bookkeeping', () => {
    const text = section('## Streams');
    const described = [...text.matchAll(/^\| `(\w+)-<\w+>`/gm)].map(([, aggregate]) => aggregate);
    expect(new Set(described)).toEqual(
      new Set(samples.map(({ stream }) => splitStreamName(stream).aggregate)),
    );
    for (const aggregate of BOOKKEEPING_AGGREGATES)
      expect(text).toMatch(new RegExp(`\`${aggregate}-<.*bookkeeping`));
  });

  it('lists the members of the metadata', () => {
    const text = section('## Metadata');
    const members = samples.flatMap(({ metadata }) => Object.keys(metadata));
    expect(new Set(membersIn(text))).toEqual(new Set(members));
    expect(rowOf(text, 'idempotency')).toMatch(/`key` and `fingerprint`/);
  });
});
