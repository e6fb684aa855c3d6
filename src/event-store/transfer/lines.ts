import { UnusableExport } from './log-lines.js';

/** Above the longest line that an event can make: 1 MiB of data and metadata, and its names. */
const LONGEST_LINE = 2 * 1024 * 1024;

/**
 * Text cut at its line feeds. The last line needs none after it.
 * @throws {@link UnusableExport} when a line is too long to be one
 */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string, void> {
  let begun: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const lines = chunk.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      yield begun.join('') + line;
      begun = [];
      length = 0;
    }
    begun.push(rest);
    length += rest.length;
    if (length > LONGEST_LINE) throw new UnusableExport('a line is longer than any event can be');
  }
  if (length > 0) yield begun.join('');
}
