/** Queries inside of queries. */
export const MAX_DEPTH = 10;
/** Clauses of one query, those that others are made of counted too; each word of a text is one. */
export const MAX_CLAUSES = 128;
/** Of those clauses the ones that go through every word of every group: `prefix`, `wildcard` and `range` of a text. */
export const MAX_WALKS = 10;
/** Of a list, such as that of `terms` or `ids`. */
export const MAX_VALUES = 1_024;
/** Characters of one value. */
export const MAX_VALUE_LENGTH = 1_000;
/** `from` and `size` together. */
export const MAX_WINDOW = 10_000;
export const MAX_SORTS = 10;
/** Paths of `_source`. */
export const MAX_PATHS = 100;
