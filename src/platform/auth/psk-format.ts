import { randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/*
 * gpu_<id>_<secret><check>: a fixed prefix that secret scanners find, 12 public characters by which the key is looked
 * up, 32 random bytes as 43 base62 characters, and a CRC-32 of all before it as 6, so that a typo needs no look-up.
 */
const ID_LENGTH = 12;
const SECRET_BYTES = 32;
const SECRET_LENGTH = 43;
const CHECK_LENGTH = 6;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SHAPE = new RegExp(`^gp[up]_([0-9A-Za-z]{${ID_LENGTH}})_[0-9A-Za-z]{${SECRET_LENGTH + CHECK_LENGTH}}$`);

/** `gpu`: a user's key; `gpp`: the platform's. */
export type PskPrefix = 'gpu' | 'gpp';

export interface MintedPsk {
  /** The key itself: shown once, kept nowhere. */
  readonly psk: string;
  readonly publicId: string;
}

const base62 = (value: bigint, length: number): string => {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = ALPHABET.charAt(Number(rest % 62n)) + text;
  return text;
};

const checkOf = (text: string): string => base62(BigInt(crc32(text)), CHECK_LENGTH);

export const mintPsk = (prefix: PskPrefix): MintedPsk => {
  const publicId = Array.from({ length: ID_LENGTH }, () => ALPHABET.charAt(randomInt(62))).join('');
  const secret = BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`);
  const unchecked = `${prefix}_${publicId}_${base62(secret, SECRET_LENGTH)}`;
  return { psk: unchecked + checkOf(unchecked), publicId };
};

export const isUserPsk = (psk: string): boolean => psk.startsWith('gpu_');

/** The public part of a well-formed key of ours; `undefined` when it is mistyped or cut. */
export const publicIdOf = (psk: string): string | undefined => {
  const publicId = SHAPE.exec(psk)?.[1];
  if (publicId === undefined) return undefined;
  return checkOf(psk.slice(0, -CHECK_LENGTH)) === psk.slice(-CHECK_LENGTH) ? publicId : undefined;
};
