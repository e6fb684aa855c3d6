import { UnusableExport } from './log-lines.js';

/** Above the longest line that an event can make: 1 MiB of data and metadata, and its names. */
const LONGEST_LINE = 2 * 1024 * 1024;

/**
 * Text cut at its line feeds. The last line needs none after it.
 * @throws {@link UnusableExport} when a line is too long to be one
 */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string, void> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new UnusableExport('a line is longer than any event can be');
    yield* lines;
  }
  if (rest !== '') yield rest;
}
