import { createHash } from 'node:crypto';
import { HttpProblem } from '../../platform/http/problem.js';

/** Both are log positions: the last item handed out, and the end that the first page fixed. */
export interface PageMark {
  readonly after: bigint;
  readonly upTo: bigint;
}

/** What a cursor belongs to: the list and its filters. The number of items per page may change on the way. */
export type CursorScope = readonly unknown[];

/**
 * A cursor carries nothing secret and opens nothing, since every page asks for the caller's rights anew. So it is
 * checked, not signed: that finds broken and foreign ones, and needs no key that replicas would have to share.
 */
const checksum = (payload: string, scope: CursorScope): string =>
  createHash('sha256')
    .update(JSON.stringify([payload, ...scope]))
    .digest('base64url')
    .slice(0, 16);

export const toCursor = ({ after, upTo }: PageMark, scope: CursorScope): string => {
  const payload = `${after}.${upTo}`;
  return Buffer.from(`${payload}.${checksum(payload, scope)}`).toString('base64url');
};

const FORM = /^(?<after>\d{1,18})\.(?<upTo>\d{1,18})\.[\w-]{16}$/;

/** @throws HttpProblem 422 when it is not a cursor of this list with these filters */
export const toPageMark = (cursor: string | undefined, scope: CursorScope): PageMark | null => {
  if (cursor === undefined) return null;
  const { after, upTo } = FORM.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.groups ?? {};
  if (after !== undefined && upTo !== undefined) {
    const mark = { after: BigInt(after), upTo: BigInt(upTo) };
    // Compared as a whole: another spelling of the same cursor is a broken one.
    if (toCursor(mark, scope) === cursor) return mark;
  }
  const message = 'must be a cursor that this list gave, with the same filters';
  throw new HttpProblem(422, 'invalid-cursor', `The cursor ${message}`, {
    errors: [{ location: ['query', 'cursor'], message }],
  });
};
