/** Paths of fields with dots between them; `*` stands for any part of a name, `**` for any way down. */
export interface Selection {
  /** Empty: everything. */
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

const nameMatcher = (name: string): RegExp =>
  new RegExp(`^${name.split('*').map(escaped).join('[^]*?')}$`, 'u');

/** One step of a path, or any number of steps. */
type Step = RegExp | '**';
type Pattern = readonly Step[];

const toPattern = (path: string): Pattern =>
  path.split('.').map((name) => (name === '**' ? '**' : nameMatcher(name)));

/** What is left of the patterns after going down into a field; an empty one has been fulfilled. */
const descend = (patterns: readonly Pattern[], name: string): readonly Pattern[] =>
  patterns.flatMap((pattern): readonly Pattern[] => {
    const [step, ...rest] = pattern;
    if (step === undefined) return [pattern];
    if (step === '**') return [pattern, ...descend([rest], name)];
    return step.test(name) ? [rest] : [];
  });

const isMet = (patterns: readonly Pattern[]): boolean =>
  patterns.some((pattern) => pattern.every((step) => step === '**'));

const NOTHING = Symbol('nothing is left');

const walk = (value: unknown, wanted: readonly Pattern[] | 'all', unwanted: readonly Pattern[]): unknown => {
  if (isMet(unwanted)) return NOTHING;
  const all = wanted === 'all' || isMet(wanted) ? 'all' : wanted;
  if (all !== 'all' && all.length === 0) return NOTHING;
  if (all === 'all' && unwanted.length === 0) return value;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => walk(item, all, unwanted)).filter((item) => item !== NOTHING);
    return items.length === 0 && all !== 'all' ? NOTHING : items;
  }
  if (typeof value !== 'object' || value === null) return all === 'all' ? value : NOTHING;
  const kept = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const left = walk(member, all === 'all' ? all : descend(all, name), descend(unwanted, name));
    return left === NOTHING ? [] : [[name, left]];
  });
  return kept.length === 0 && all !== 'all' ? NOTHING : Object.fromEntries(kept);
};

/** The parts of an object that a selection leaves, lists gone through item by item. */
export const selectFields = (value: object, { includes, excludes }: Selection): object => {
  const wanted = includes.length === 0 ? 'all' : includes.map(toPattern);
  const left = walk(value, wanted, excludes.map(toPattern));
  return left === NOTHING ? {} : (left as object);
};
