import { isObject, malformed, type Json } from './evaluation-request.js';

export const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
export type Semantic = (typeof SEMANTICS)[number];

/** More would keep all others waiting for too long. */
export const MAX_EVALUATIONS = 1_000;

const DEFAULTED = ['subject', 'action', 'resource', 'context'] as const;

/** Several questions in one request, each still as it was sent, with the defaults filled in. */
export interface Evaluations {
  readonly semantic: Semantic;
  readonly items: readonly unknown[];
}

/** A key of the item replaces the default as a whole: half a subject is not completed from another one. */
const withDefaults = (item: unknown, defaults: Json): unknown =>
  isObject(item)
    ? Object.fromEntries(DEFAULTED.map((key) => [key, item[key] === undefined ? defaults[key] : item[key]]))
    : item;

const fail = (location: readonly string[], message: string): never => {
  throw malformed([{ location: ['body', ...location], message }]);
};

const readSemantic = (options: unknown): Semantic => {
  if (options === undefined) return 'execute_all';
  if (!isObject(options)) return fail(['options'], 'options must be an object');
  const wanted = options['evaluations_semantic'];
  if (wanted === undefined) return 'execute_all';
  return (
    SEMANTICS.find((semantic) => semantic === wanted) ??
    fail(
      ['options', 'evaluations_semantic'],
      `options.evaluations_semantic must be ${SEMANTICS.join(' or ')}`,
    )
  );
};

/**
 * `undefined`: no `evaluations`, so the request is a single question.
 * @throws HttpProblem 400 when the request as a whole is malformed; single questions are judged one by one
 */
export const readEvaluations = (sent: unknown): Evaluations | undefined => {
  if (!isObject(sent)) return fail([], 'the body must be an object');
  const items = sent['evaluations'];
  const semantic = readSemantic(sent['options']);
  if (items === undefined) return undefined;
  if (!Array.isArray(items)) return fail(['evaluations'], 'evaluations must be a list');
  if (items.length > MAX_EVALUATIONS) {
    return fail(['evaluations'], `evaluations must be at most ${MAX_EVALUATIONS} items`);
  }
  return items.length === 0
    ? undefined
    : { semantic, items: items.map((item: unknown) => withDefaults(item, sent)) };
};

/** Whether the questions after this answer are left unanswered, as `&&` and `||` would do. */
export const isSettled = (semantic: Semantic, allowed: boolean): boolean =>
  (semantic === 'deny_on_first_deny' && !allowed) || (semantic === 'permit_on_first_permit' && allowed);
