/** Primary result codes of SQLite that say something about the machine or the file, not about the statement. */
const ENVIRONMENT = new Set([
  5, // busy
  6, // locked
  7, // out of memory
  8, // read-only
  10, // input/output error
  13, // disk full
  14, // cannot open
  15, // locking protocol
]);
const CORRUPTION = new Set([
  11, // malformed
  26, // not a database
]);

/** Errors of the native module are recognised by their fields: they may come from another realm. */
const primaryCode = (error: unknown): number | undefined => {
  const errcode = (error as { errcode?: unknown } | null)?.errcode;
  // The low byte is the primary code, the rest makes the extended one.
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
};

/** The same write may succeed later, when the machine has recovered. */
export const isEnvironmental = (error: unknown): boolean => ENVIRONMENT.has(primaryCode(error) ?? 0);

/** The file is damaged; nothing helps but building it anew. */
export const isCorruption = (error: unknown): boolean => CORRUPTION.has(primaryCode(error) ?? 0);

export const messageOf = (error: unknown): string =>
  typeof (error as { message?: unknown } | null)?.message === 'string'
    ? (error as { message: string }).message
    : String(error);
