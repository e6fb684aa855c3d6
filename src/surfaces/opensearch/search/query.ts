import type { GroupFilter } from '../../../features/model-groups/index.js';
import { parsing } from '../refusal.js';
import { bool } from './bool.js';
import { match, matchPhrase } from './full-text.js';
import { matchAll } from './match-all.js';
import { nested } from './nested.js';
import { range } from './range.js';
import { Scope, type ClauseReader } from './scope.js';
import { exists, ids, prefix, term, terms, wildcard } from './term-level.js';
import { isObject } from './values.js';

const READERS: Readonly<Record<string, ClauseReader>> = {
  match_all: matchAll,
  match,
  match_phrase: matchPhrase,
  term,
  terms,
  prefix,
  wildcard,
  exists,
  ids,
  range,
  bool,
  nested,
};

/** What a query may be made of. */
export const CLAUSES: readonly string[] = Object.keys(READERS);

const read = (query: unknown, scope: Scope): GroupFilter => {
  if (!isObject(query)) throw parsing('[_na] query malformed, must start with start_object');
  const [first, second] = Object.entries(query);
  if (first === undefined) throw parsing('query malformed, empty clause found');
  const [name, body] = first;
  const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (reader === undefined) throw parsing(`unknown query [${name}]`);
  if (second !== undefined)
    throw parsing(`[${name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]: [${second[0]}]`);
  scope.count(name);
  return reader(body, scope);
};

/** @throws HttpProblem 400 that names the clause which is not known or not well-formed */
export const readQuery = (query: unknown, now: Date): GroupFilter => read(query, new Scope(now, read));
