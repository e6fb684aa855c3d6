/** Where a text stops being JSON (offset in UTF-16 units) and what would have been right there. */
export interface JsonFault {
  readonly offset: number;
  readonly reason: string;
}

const WHITESPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const PLAIN_CHARACTERS = /[ !#-[\]-\uffff]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

class Fault extends Error {
  constructor(readonly fault: JsonFault) {
    super(fault.reason);
  }
}

/**
 * Finds the first fault. The engine's own messages name no offset for some faults and differ between versions, so a text
 * that `JSON.parse` refused is read once more here.
 */
export const findJsonFault = (text: string): JsonFault => {
  let at = 0;
  const fail = (reason: string, offset = at): never => {
    throw new Fault({ offset, reason });
  };
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return false;
    at += found[0].length;
    return true;
  };
  const next = (): string | undefined => {
    take(WHITESPACE);
    return text[at];
  };

  const string = (): void => {
    const start = at++;
    for (;;) {
      take(PLAIN_CHARACTERS);
      if (text[at] === undefined) fail('Unterminated string', start);
      if (text[at] === '"') break;
      if (text[at] !== '\\') fail('Invalid control character');
      if (!take(ESCAPE)) fail('Invalid escape');
    }
    at++;
  };

  const key = (): void => {
    if (next() !== '"') fail('Expecting property name enclosed in double quotes');
    string();
    if (next() !== ':') fail("Expecting ':' delimiter");
    at++;
  };

  /** The members of an object or array whose opening bracket was just read, up to its closing one. */
  const members = (close: string, member: () => void): void => {
    if (next() === close) {
      at++;
      return;
    }
    for (;;) {
      member();
      const separator = next();
      if (separator === close) break;
      if (separator !== ',') fail("Expecting ',' delimiter");
      at++;
    }
    at++;
  };

  const value = (): void => {
    const first = next();
    if (first === '"') string();
    else if (first === '{') {
      at++;
      members('}', () => {
        key();
        value();
      });
    } else if (first === '[') {
      at++;
      members(']', value);
    } else if (!take(NUMBER) && !take(LITERAL)) fail('Expecting value');
  };

  try {
    value();
    next();
    return { offset: at, reason: 'Extra data' };
  } catch (error) {
    if (error instanceof Fault) return error.fault;
    throw error;
  }
};
