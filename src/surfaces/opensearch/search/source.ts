import type { Selection } from '../answer/select-fields.js';
import { parsing } from '../refusal.js';
import { MAX_PATHS, MAX_VALUE_LENGTH } from './limits.js';
import { isObject } from './values.js';

const EVERYTHING: Selection = { includes: [], excludes: [] };

const pathsOf = (sent: unknown): readonly string[] => {
  const paths = sent === undefined ? [] : [sent].flat();
  if (paths.length > MAX_PATHS) throw parsing(`[_source] has more than ${MAX_PATHS} paths`);
  return paths.map((path: unknown) => {
    if (typeof path !== 'string' || path.length > MAX_VALUE_LENGTH)
      throw parsing(`[_source] takes paths of fields, of at most ${MAX_VALUE_LENGTH} characters`);
    return path;
  });
};

/** Which fields of a group are shown; `false` shows all of them, as upstream does. @throws HttpProblem 400 */
export const readSource = (sent: unknown): Selection => {
  if (sent === undefined || typeof sent === 'boolean') return EVERYTHING;
  if (!isObject(sent)) return { includes: pathsOf(sent), excludes: [] };
  const { includes, include, excludes, exclude, ...others } = sent;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw parsing(`[_source] does not support [${unknown}]`);
  return { includes: pathsOf(includes ?? include), excludes: pathsOf(excludes ?? exclude) };
};
