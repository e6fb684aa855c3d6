/** Primary result codes of SQLite, with its own words for them, that speak of the machine, not of the statement. */
const ENVIRONMENT = new Map([
  [5, 'database is locked'],
  [6, 'database table is locked'],
  [7, 'out of memory'],
  [8, 'attempt to write a readonly database'],
  [10, 'disk I/O error'],
  [13, 'database or disk is full'],
  [14, 'unable to open database file'],
  [15, 'locking protocol'],
]);
const CORRUPTION = new Map([
  [11, 'database disk image is malformed'],
  [26, 'file is not a database'],
]);

const isOneOf = (error: unknown, kinds: ReadonlyMap<number, string>): boolean => {
  // Errors of the native module are recognised by their fields: they may come from another realm.
  const { code, errcode, message } = (error ?? {}) as {
    code?: unknown;
    errcode?: unknown;
    message?: unknown;
  };
  // The low byte is the primary code, the rest makes the extended one.
  if (typeof errcode === 'number') return kinds.has(errcode & 0xff);
  // The prebuilt driver gives no number when reading several rows fails.
  return code === 'ERR_SQLITE_ERROR' && [...kinds.values()].includes(String(message));
};

/** The same write may succeed later, when the machine has recovered. */
export const isEnvironmental = (error: unknown): boolean => isOneOf(error, ENVIRONMENT);

/** The file is damaged; nothing helps but building it anew. */
export const isCorruption = (error: unknown): boolean => isOneOf(error, CORRUPTION);

export const messageOf = (error: unknown): string =>
  typeof (error as { message?: unknown } | null)?.message === 'string'
    ? (error as { message: string }).message
    : String(error);
