const MAX_SHOWN = 100;

/** A text as a header may carry it; half a surrogate pair has no encoding. */
const shown = (text: string): string =>
  encodeURIComponent(text.slice(0, MAX_SHOWN).replace(/\p{Surrogate}/gu, '?')).replaceAll('%20', ' ');

/** `Warning` header for an access mode that there is none of, which counts as not sent. */
export const unknownModeWarning = (mode: string): string =>
  `299 Countersign "access_mode [${shown(mode)}] is not known and was ignored; the modes are public, private and restricted"`;
