import { HttpProblem } from '../../platform/http/problem.js';

/** How specific a media range is about a type: 0 not at all, 1 by any type, 2 by the main type, 3 wholly. */
const specificity = (range: string, type: string): number => {
  if (range === type) return 3;
  if (range === `${type.slice(0, type.indexOf('/'))}/*`) return 2;
  return range === '*/*' ? 1 : 0;
};

interface Range {
  readonly range: string;
  readonly quality: number;
}

const parseRange = (text: string): Range => {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { range, quality: quality >= 0 && quality <= 1 ? quality : 0 };
};

/** Of the ranges that fit, the most specific one says how welcome a type is (RFC 9110, 12.5.1). */
const qualityOf = (type: string, ranges: readonly Range[]): number => {
  let best = { specificity: 0, quality: 0 };
  for (const { range, quality } of ranges) {
    const found = specificity(range, type);
    if (found > best.specificity) best = { specificity: found, quality };
  }
  return best.quality;
};

/**
 * The most welcome of the types on offer; of equally welcome ones, and without `Accept`, the first.
 * @throws HttpProblem 406 when none is welcome: an export in a form that was not asked for may be taken for whole
 */
export const negotiate = <Type extends string>(
  accept: string | undefined,
  offered: readonly Type[],
): Type => {
  const [first] = offered;
  if (first === undefined) throw new Error('nothing on offer');
  if (accept === undefined || accept.trim() === '') return first;
  const ranges = accept.split(',').map(parseRange);
  let best = { type: first, quality: 0 };
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > best.quality) best = { type, quality };
  }
  if (best.quality > 0) return best.type;
  throw new HttpProblem(406, 'not-acceptable', `This can be had as ${offered.join(', ')}`);
};
