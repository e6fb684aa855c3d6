/** Longer words are cut into pieces of this length, as a search engine's standard analysis does. */
const LONGEST_WORD = 255;

// Letters, digits and underscores; a dot or apostrophe between letters, a dot or comma between digits. Writings without
// spaces go character by character.
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}])(?:[\p{L}\p{M}\p{N}_]|(?<=\p{L})['’.](?=\p{L})|(?<=\p{N})[.,](?=\p{N})))+/gu;

/** The words of a text in their order, in lower case: what full-text search compares. */
export const wordsOf = (text: string): readonly string[] => {
  const found = text.toLowerCase().match(WORD) ?? [];
  return found.flatMap((word) =>
    word.length <= LONGEST_WORD ? [word] : (word.match(new RegExp(`[^]{1,${LONGEST_WORD}}`, 'gu')) ?? []),
  );
};

/**
 * The words of a list of texts, as JSON that a phrase can be looked for in: `null` stands between two texts, so that no
 * phrase reaches from one to the next.
 */
export const wordsJson = (texts: readonly string[]): string =>
  JSON.stringify(texts.flatMap((text, index) => [...(index === 0 ? [] : [null]), ...wordsOf(text)]));

/** A phrase as it stands inside of {@link wordsJson}. */
export const phraseJson = (words: readonly string[]): string => JSON.stringify(words).slice(1, -1);
