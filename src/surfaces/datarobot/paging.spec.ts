import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { listResponse } from './paging.js';

const page = (
  { offset, limit, shown, total }: { offset: number; limit: number; shown: number; total: number },
  url = '/api/v2/changeRequests/?entityType=deployment&status=pending&status=approved',
  publicUrl: string | null = null,
) => {
  const request = { url, protocol: 'http', host: 'here:3000' } as FastifyRequest;
  const items = Array.from({ length: shown }, (_, index) => offset + index);
  return listResponse({ items, total }, String, { offset, limit }, request, publicUrl);
};
const LIST = 'http://here:3000/api/v2/changeRequests/?entityType=deployment&status=pending&status=approved';

describe('a page', () => {
  it('in the middle knows its neighbours, and keeps every other parameter', () => {
    expect(page({ offset: 2, limit: 2, shown: 2, total: 7 })).toEqual({
      count: 2,
      data: ['2', '3'],
      next: `${LIST}&offset=4&limit=2`,
      previous: `${LIST}&offset=0&limit=2`,
      totalCount: 7,
    });
  });

  it.each([
    ['the only one', { offset: 0, limit: 100, shown: 3, total: 3 }, null, null],
    ['empty', { offset: 0, limit: 100, shown: 0, total: 0 }, null, null],
    ['the last, full one', { offset: 4, limit: 2, shown: 2, total: 6 }, null, 2],
    ['before it: not less than 0', { offset: 1, limit: 5, shown: 5, total: 7 }, 6, 0],
    ['past the end', { offset: 10, limit: 4, shown: 0, total: 6 }, null, 6],
  ])('%s', (_, place, next, previous) => {
    const link = (offset: number | null) =>
      offset === null ? null : `${LIST}&offset=${offset}&limit=${place.limit}`;
    expect(page(place)).toMatchObject({ next: link(next), previous: link(previous) });
  });

  it('replaces the offset and limit that were sent, wherever they stand', () => {
    const answer = page(
      { offset: 0, limit: 2, shown: 2, total: 9 },
      '/api/v2/x/?limit=2&a=%C3%A9%2C1&offset=0',
    );
    expect(answer.next).toBe('http://here:3000/api/v2/x/?limit=2&a=%C3%A9%2C1&offset=2');
  });

  it('has links at the public address, where there is one', () => {
    const answer = page(
      { offset: 0, limit: 1, shown: 1, total: 2 },
      '/api/v2/x/',
      'https://gov.example.com/base',
    );
    expect(answer.next).toBe('https://gov.example.com/base/api/v2/x/?offset=1&limit=1');
  });
});
