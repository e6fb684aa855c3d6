import { readFileSync } from 'node:fs';

/** A name that starts like one of ours and isn't known is a misspelt setting: it must not be silently off. */
const OUR_PREFIXES = ['KEYCLOAK_', 'PLATFORM_PSK', 'EVENT_STORE_', 'WEBHOOK_', 'COUNTERSIGN_'] as const;

const MAX_DISTANCE_OF_A_SLIP = 3;

/** Everything that is wrong with the configuration, one line each; no line shows a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(`the configuration can't be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings from the environment and collects every problem, so that an operator sees all of them at once. Reading a
 * setting also makes its name known.
 */
export class SettingsReader {
  readonly problems: string[] = [];
  private readonly known = new Set<string>();

  constructor(private readonly environment: Environment) {}

  get names(): readonly string[] {
    return [...this.known];
  }

  /** Once it has been read. */
  isSet(name: string): boolean {
    const inFile = `${name}_FILE`;
    return (
      this.environment[name] !== undefined ||
      (this.known.has(inFile) && this.environment[inFile] !== undefined)
    );
  }

  fail(problem: string): void {
    this.problems.push(problem);
  }

  /**
   * The value, or `undefined` when the setting is absent or bad. `allowed` completes "NAME must be …". `show`: a bad value
   * may be repeated, since nobody would put a secret into it, not even by mistake.
   */
  text(
    name: string,
    allowed: string,
    isGood: (text: string) => boolean,
    { show = true } = {},
  ): string | undefined {
    this.known.add(name);
    const text = this.environment[name];
    if (text === undefined || (text !== '' && isGood(text))) return text;
    const given = text === '' ? ', not empty' : show ? `, not ${JSON.stringify(text.slice(0, 100))}` : '';
    this.fail(`${name} must be ${allowed}${given}`);
    return undefined;
  }

  /** Given as NAME, or as NAME_FILE: the path of a file that holds it. */
  secret(name: string, allowed: string, isGood: (text: string) => boolean): string | undefined {
    const inFile = `${name}_FILE`;
    this.known.add(name).add(inFile);
    if (this.environment[name] !== undefined && this.environment[inFile] !== undefined) {
      this.fail(`${name} and ${inFile} are both set: give one of them`);
      return undefined;
    }
    const text = this.environment[name] ?? this.contentOf(inFile);
    if (text === undefined || isGood(text)) return text;
    this.fail(`${this.environment[name] === undefined ? inFile : name} must hold ${allowed}`);
    return undefined;
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const isGood = (text: string): boolean => /^\d{1,9}$/.test(text) && +text >= min && +text <= max;
    return Number(this.text(name, `a whole number from ${min} to ${max}`, isGood) ?? fallback);
  }

  oneOf<const Value extends string>(name: string, values: readonly Value[], fallback: Value): Value {
    const text = this.text(name, `one of ${values.join(', ')}`, (given) => values.some((v) => v === given));
    return values.find((value) => value === text) ?? fallback;
  }

  list(
    name: string,
    allowed: string,
    isGood: (item: string) => boolean,
    options?: { show: boolean },
  ): readonly string[] | undefined {
    const split = (text: string): string[] => text.split(',').map((item) => item.trim());
    const isGoodList = (given: string): boolean => split(given).every((item) => item !== '' && isGood(item));
    const text = this.text(name, allowed, isGoodList, options);
    return text === undefined ? undefined : [...new Set(split(text))];
  }

  /** Call last: complains about every name of ours that nothing has read. */
  refuseUnknown(): void {
    for (const name of Object.keys(this.environment)) {
      if (this.known.has(name) || !OUR_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
      const [closest] = this.names
        .map((known) => ({ known, distance: editDistance(name, known) }))
        .filter(({ distance }) => distance <= MAX_DISTANCE_OF_A_SLIP)
        .sort((a, b) => a.distance - b.distance);
      this.fail(
        `${name} is not a known setting${closest === undefined ? '' : `; did you mean ${closest.known}?`}`,
      );
    }
  }

  private contentOf(name: string): string | undefined {
    const path = this.environment[name];
    if (path === undefined) return undefined;
    try {
      return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      this.fail(`${name} must be the path of a readable file (${(error as NodeJS.ErrnoException).code})`);
      return undefined;
    }
  }
}
