/** Spreadsheets take a cell that begins so for a formula; an apostrophe makes them show it as text. */
const FORMULA = /^[=+\-@\t\r]/;

const cell = (value: string | null): string => {
  if (value === null) return '';
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

/** One record as RFC 4180 writes it, with its line end; `null` is an empty cell. */
export const csvRecord = (values: readonly (string | null)[]): string => `${values.map(cell).join(',')}\r\n`;
