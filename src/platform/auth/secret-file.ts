import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface SecretFile {
  readonly secret: string;
  /** It was made just now. */
  readonly created: boolean;
}

/** Shorter content is no secret of ours but a damaged file. */
const MIN_LENGTH = 32;

/**
 * The secret in a file; made at first use, readable by the service's own user only. It is complete on disk before it
 * bears its name, so a crash leaves either no secret or a whole one.
 */
export const readOrCreateSecret = (path: string, make: () => string): SecretFile => {
  const existing = readIfThere(path);
  if (existing !== undefined) {
    const secret = existing.trim();
    if (secret.length < MIN_LENGTH)
      throw new Error(`${path} is damaged: it must hold ${MIN_LENGTH} characters or more`);
    return { secret, created: false };
  }
  const secret = make();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, `${secret}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  return { secret, created: true };
};

const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};
