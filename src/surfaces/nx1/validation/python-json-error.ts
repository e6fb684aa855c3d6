import type { JsonFault } from '../../../platform/http/json-fault.js';
import { countCharacters } from './characters.js';

export interface PythonJsonError {
  readonly offset: number;
  readonly error: string;
}

const TEXTS: Readonly<Record<string, string>> = {
  'Unterminated string': 'Unterminated string starting at',
  'Invalid control character': 'Invalid control character at',
};

/** Where the last string of a text opens. */
const lastOpening = (text: string): number => {
  let opening = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    if (inString && text[at] === '\\') at++;
    else if (text[at] === '"') {
      inString = !inString;
      if (inString) opening = at;
    }
  }
  return opening;
};

/** Where and how CPython puts a fault that stands at `offset`, which is in UTF-16 units. */
const place = (text: string, { offset, reason }: JsonFault): PythonJsonError => {
  if (reason !== 'Invalid escape') return { offset, error: TEXTS[reason] ?? reason };
  const escaped = text[offset + 1];
  if (escaped === 'u') return { offset: offset + 1, error: 'Invalid \\uXXXX escape' };
  if (escaped !== undefined) return { offset, error: 'Invalid \\escape' };
  return { offset: lastOpening(text), error: 'Unterminated string starting at' };
};

/**
 * A JSON fault in the words and offsets of CPython's `json`, which is what Nx1's clients have seen so far: it counts
 * characters, not UTF-16 units. Best effort: clients must take both as hints.
 */
export const pythonJsonError = (text: string, fault: JsonFault): PythonJsonError => {
  const { offset, error } = place(text, fault);
  return { offset: countCharacters(text.slice(0, offset)), error };
};
