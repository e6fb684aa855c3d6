import type { GroupFilter, PatternPart } from '../../../features/model-groups/index.js';
import { parsing } from '../refusal.js';
import { equals, fieldOf, NOTHING, numberOf } from './fields.js';
import type { ClauseReader } from './scope.js';
import { fieldClause, listOf, objectOf, requireKeys, textOf, valueClause } from './values.js';

/** One value, as it is: of a field that is compared by words, one word. */
export const term: ClauseReader = (body, scope) => {
  const { name, value } = valueClause('term', body, ['value']);
  const field = fieldOf(name, scope);
  return field === undefined ? NOTHING : equals('term', name, field, value, scope.now);
};

/** One of several values. */
export const terms: ClauseReader = (body, scope) => {
  const { name, body: sent } = fieldClause('terms', body);
  const values = listOf('terms', sent).map((value) => textOf('terms', value));
  const field = fieldOf(name, scope);
  if (field === undefined) return NOTHING;
  if (field.as === 'words' || field.as === 'date') {
    scope.count('terms', values.length);
    const of = values.map((value): GroupFilter => equals('terms', name, field, value, scope.now));
    return { is: 'some', of, least: 1 };
  }
  const wanted = field.as === 'number' ? values.map((value) => numberOf('terms', name, value)) : values;
  return { is: 'oneOf', field: field.field, values: wanted };
};

/** @throws HttpProblem 400 where there is no text to compare */
const requireText = (clause: string, name: string, as: string): void => {
  if (as === 'number' || as === 'date')
    throw parsing(`[${clause}] can only be used on keyword and text fields, not on [${name}]`);
};

export const prefix: ClauseReader = (body, scope) => {
  const { name, value } = valueClause('prefix', body, ['value']);
  const found = fieldOf(name, scope);
  if (found === undefined) return NOTHING;
  requireText('prefix', name, found.as);
  if (found.as === 'words') scope.countWalk('prefix');
  return found.as === 'words' || found.as === 'keyword'
    ? { is: 'prefix', field: found.field, prefix: value }
    : NOTHING;
};

/** `*` any characters, `?` one, and after a backslash each stands for itself. */
const patternOf = (text: string): readonly PatternPart[] =>
  [...text.matchAll(/\\(?<escaped>[^])|(?<any>\*+)|(?<one>\?)|(?<plain>[^*?\\]+|\\)/gu)].map(
    ({ groups: { escaped, any, one, plain } = {} }): PatternPart => {
      if (any !== undefined) return 'any';
      return one === undefined ? { text: escaped ?? plain ?? '' } : 'one';
    },
  );

export const wildcard: ClauseReader = (body, scope) => {
  const { name, value } = valueClause('wildcard', body, ['value', 'wildcard']);
  const found = fieldOf(name, scope);
  if (found === undefined) return NOTHING;
  requireText('wildcard', name, found.as);
  if (found.as === 'words') scope.countWalk('wildcard');
  if (found.as !== 'words' && found.as !== 'keyword') return NOTHING;
  // Words are kept in lower case.
  const pattern = found.as === 'words' ? value.toLowerCase() : value;
  return { is: 'pattern', field: found.field, parts: patternOf(pattern) };
};

export const exists: ClauseReader = (body, scope) => {
  const sent = objectOf('exists', body);
  requireKeys('exists', sent, ['field']);
  const name = textOf('exists', sent['field']);
  // Inside of `nested` there is an owner, or nothing is asked.
  if (scope.path === 'owner' && name === 'owner') return { is: 'all' };
  const found = fieldOf(name, scope);
  return found === undefined ? NOTHING : { is: 'exists', field: found.field };
};

export const ids: ClauseReader = (body, scope) => {
  const sent = objectOf('ids', body);
  requireKeys('ids', sent, ['values']);
  const given = sent['values'];
  const values = typeof given === 'string' ? [given] : listOf('ids', given);
  const wanted = values.map((value) => textOf('ids', value));
  return scope.path === 'group' ? { is: 'oneOf', field: 'id', values: wanted } : NOTHING;
};
