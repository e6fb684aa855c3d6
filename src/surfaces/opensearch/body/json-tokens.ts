/** What a value of JSON begins with, in the words of OpenSearch's parser. */
export type TokenKind =
  'START_OBJECT' | 'START_ARRAY' | 'VALUE_STRING' | 'VALUE_NUMBER' | 'VALUE_BOOLEAN' | 'VALUE_NULL';

/** A value as it stands in a text. */
export interface Token {
  readonly kind: TokenKind;
  /** Where it begins. */
  readonly offset: number;
  /** As it is spelt. */
  readonly raw: string;
  /** Of an array. */
  readonly items: readonly Token[];
  /** Of an object, in the order of the text; of several members of one name the last. */
  readonly members: ReadonlyMap<string, Token>;
}

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const WORD = /[^\s,\]}]+/y;
const SPACE = /\s*/y;

const KINDS: Readonly<Record<string, TokenKind>> = {
  '{': 'START_OBJECT',
  '[': 'START_ARRAY',
  '"': 'VALUE_STRING',
  t: 'VALUE_BOOLEAN',
  f: 'VALUE_BOOLEAN',
  n: 'VALUE_NULL',
};

const NO_ITEMS: readonly Token[] = [];
const NO_MEMBERS: ReadonlyMap<string, Token> = new Map();

/** Reads a text that is known to be JSON. */
class Tokenizer {
  private at = 0;

  constructor(private readonly text: string) {}

  value(): Token {
    this.take(SPACE);
    const offset = this.at;
    const kind = KINDS[this.text.charAt(offset)] ?? 'VALUE_NUMBER';
    let items = NO_ITEMS;
    let members = NO_MEMBERS;
    if (kind === 'START_OBJECT') members = this.members();
    else if (kind === 'START_ARRAY') items = this.items();
    else this.take(kind === 'VALUE_STRING' ? STRING : WORD);
    return { kind, offset, raw: this.text.slice(offset, this.at), items, members };
  }

  private members(): ReadonlyMap<string, Token> {
    const members = new Map<string, Token>();
    this.list('}', () => {
      const key = JSON.parse(this.take(STRING)) as string;
      this.take(SPACE);
      this.at++;
      members.set(key, this.value());
    });
    return members;
  }

  private items(): readonly Token[] {
    const items: Token[] = [];
    this.list(']', () => void items.push(this.value()));
    return items;
  }

  /** What stands between two brackets, commas between. */
  private list(close: string, member: () => void): void {
    do {
      this.at++;
      this.take(SPACE);
      if (this.text.charAt(this.at) === close) break;
      member();
      this.take(SPACE);
    } while (this.text.charAt(this.at) !== close);
    this.at++;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [''];
    this.at += found.length;
    return found;
  }
}

/** The outermost value of a text that is known to be JSON, with all that is in it. */
export const tokenOf = (text: string): Token => new Tokenizer(text).value();

/** `<line>:<column>` of a place in a text, both from 1. */
export const placeOf = (text: string, { offset }: Token): string => {
  const before = text.slice(0, offset);
  return `${before.split('\n').length}:${offset - before.lastIndexOf('\n')}`;
};
