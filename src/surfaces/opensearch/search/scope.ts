import type { GroupFilter } from '../../../features/model-groups/index.js';
import { parsing } from '../refusal.js';
import { MAX_CLAUSES, MAX_DEPTH, MAX_WALKS } from './limits.js';

/** Whose fields a clause speaks of: the group's own, or its owner's inside of `nested`. */
export type Path = 'group' | 'owner';

/** Reads one query, which stands in another one or alone. */
type ReadQuery = (query: unknown, scope: Scope) => GroupFilter;

/** Where in a query a clause stands. */
export class Scope {
  constructor(
    readonly now: Date,
    private readonly readQuery: ReadQuery,
    readonly path: Path = 'group',
    private readonly depth = 0,
    private readonly budget = { clauses: MAX_CLAUSES, walks: MAX_WALKS },
  ) {}

  /** Counts clauses. @throws HttpProblem 400 when there are too many */
  count(clause: string, clauses = 1): void {
    this.budget.clauses -= clauses;
    if (this.budget.clauses < 0)
      throw parsing(`[${clause}] is one clause too many: a query has at most ${MAX_CLAUSES}`);
  }

  /** Counts a clause that goes through all words. @throws HttpProblem 400 when there are too many */
  countWalk(clause: string): void {
    this.budget.walks -= 1;
    if (this.budget.walks < 0)
      throw parsing(
        `[${clause}] of a text is one too many: a query has at most ${MAX_WALKS} of prefix, wildcard and range of a text`,
      );
  }

  /** A query inside of the clause. @throws HttpProblem 400 when it is too deep */
  inner(clause: string, query: unknown, path = this.path): GroupFilter {
    if (this.depth >= MAX_DEPTH)
      throw parsing(`[${clause}] nests queries more than ${MAX_DEPTH} levels deep`);
    return this.readQuery(query, new Scope(this.now, this.readQuery, path, this.depth + 1, this.budget));
  }
}

/** What a clause says. */
export type ClauseReader = (body: unknown, scope: Scope) => GroupFilter;
