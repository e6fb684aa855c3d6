/** Paths of fields with dots between them; `*` stands for any part of a name, `**` for any way down. */
export interface Selection {
  /** Empty: everything. */
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
}

/** Whether a name fits a pattern with stars, in time linear in each of the two: patterns come from outside. */
const fits = (name: string, pattern: string): boolean => {
  let at = 0;
  let star = -1;
  let afterStar = 0;
  for (let next = 0; next < name.length;) {
    if (pattern[at] === '*') {
      star = at++;
      afterStar = next;
    } else if (pattern[at] === name[next]) {
      at++;
      next++;
    } else if (star >= 0) {
      at = star + 1;
      next = ++afterStar;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
};

const END = null;

/**
 * Several paths at once: every step has a number, and how far one has come on all of them is a set of numbers. So it costs
 * no more than the steps there are, whatever they stand for.
 */
class Paths {
  private readonly steps: (string | typeof END)[] = [];
  readonly start = new Set<number>();

  constructor(paths: readonly string[]) {
    for (const path of paths) {
      const first = this.steps.length;
      this.steps.push(...path.split('.'), END);
      this.enter(this.start, first);
    }
  }

  /** How far one has come after going down into a field. */
  down(states: ReadonlySet<number>, name: string): ReadonlySet<number> {
    const reached = new Set<number>();
    for (const state of states) {
      const step = this.steps[state];
      // What lies below the end of a path belongs to it.
      if (step === END || step === '**') this.enter(reached, state);
      else if (step !== undefined && fits(name, step)) this.enter(reached, state + 1);
    }
    return reached;
  }

  /** Whether one of the paths ends here. */
  isMet(states: ReadonlySet<number>): boolean {
    for (const state of states) if (this.steps[state] === END) return true;
    return false;
  }

  /** Any way down may also be none. */
  private enter(states: Set<number>, state: number): void {
    for (let at = state; !states.has(at); at++) {
      states.add(at);
      if (this.steps[at] !== '**') return;
    }
  }
}

const NOTHING = Symbol('nothing is left');

/** The parts of an object that a selection leaves, lists gone through item by item. */
export const selectFields = (value: object, { includes, excludes }: Selection): object => {
  const wanted = new Paths(includes.length === 0 ? ['**'] : includes);
  const unwanted = new Paths(excludes);

  const walk = (part: unknown, toInclude: ReadonlySet<number>, toExclude: ReadonlySet<number>): unknown => {
    if (unwanted.isMet(toExclude) || toInclude.size === 0) return NOTHING;
    const isWanted = wanted.isMet(toInclude);
    if (isWanted && toExclude.size === 0) return part;
    if (Array.isArray(part)) {
      const items = part
        .map((item: unknown) => walk(item, toInclude, toExclude))
        .filter((item) => item !== NOTHING);
      return items.length === 0 && !isWanted ? NOTHING : items;
    }
    if (typeof part !== 'object' || part === null) return isWanted ? part : NOTHING;
    const kept = Object.entries(part).flatMap(([name, member]): [string, unknown][] => {
      const left = walk(member, wanted.down(toInclude, name), unwanted.down(toExclude, name));
      return left === NOTHING ? [] : [[name, left]];
    });
    return kept.length === 0 && !isWanted ? NOTHING : Object.fromEntries(kept);
  };

  const left = walk(value, wanted.start, unwanted.start);
  return left === NOTHING ? {} : (left as object);
};
