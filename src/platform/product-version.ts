import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** From the `package.json` above this file, however deep the compiler put it. */
const read = (folder: string): string => {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return version;
  } catch (error) {
    const parent = dirname(folder);
    if (parent === folder) throw error;
    return read(parent);
  }
};

export const productVersion = (): string => read(dirname(fileURLToPath(import.meta.url)));
