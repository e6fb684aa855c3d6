const SURROGATE_PAIR = /[\u{10000}-\u{10FFFF}]/gu;

/** Unicode characters, which is what Python counts; JavaScript's `length` counts UTF-16 units. */
export const countCharacters = (text: string): number =>
  text.length - (text.match(SURROGATE_PAIR)?.length ?? 0);
