import { describe, expect, it } from '@jest/globals';
import { HttpProblem } from '../../platform/http/problem.js';
import { negotiate } from './negotiate.js';

const OFFERED = ['application/json', 'application/x-ndjson', 'text/csv'] as const;

describe('what Accept asks for', () => {
  it.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['text/*', 'text/csv'],
    ['TEXT/CSV', 'text/csv'],
    ['text/csv;charset=utf-8', 'text/csv'],
    ['text/html, */*;q=0.1', 'application/json'],
    ['application/json;q=0.2, text/csv;q=0.3', 'text/csv'],
    ['text/csv, application/json', 'application/json'],
    ['*/*, application/json;q=0', 'application/x-ndjson'],
    ['*/*;q=0.5, application/*;q=0.1', 'text/csv'],
    [' application/x-ndjson ; q=1.0 ,', 'application/x-ndjson'],
  ])('%s: %s', (accept, type) => {
    expect(negotiate(accept, OFFERED)).toBe(type);
  });

  it.each([
    'text/html',
    'image/*',
    '*/*;q=0',
    'application/json;q=0',
    'text/csv;q=high',
    'csv',
    'application/jso',
  ])('%s: nothing that there is', (accept) => {
    expect(() => negotiate(accept, OFFERED)).toThrow(HttpProblem);
  });
});
