import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';

/** 32 bytes that no key digests to: what an unknown key is compared with, so that it takes as long as a wrong one. */
const DUMMY = Buffer.alloc(32);

/** Digests of user keys under the server's pepper: a stolen log or backup opens nothing and can't be guessed from. */
export class PskDigests {
  private readonly pepper: KeyObject;

  constructor(pepper: string) {
    this.pepper = createSecretKey(pepper, 'utf8');
  }

  /** Hex, as it stands in events. */
  of(psk: string): string {
    return this.digest(psk).toString('hex');
  }

  /** In constant time, also when there is nothing to compare with. */
  matches(psk: string, expected: Buffer | undefined): boolean {
    const known = expected?.length === DUMMY.length ? expected : undefined;
    return timingSafeEqual(this.digest(psk), known ?? DUMMY) && known !== undefined;
  }

  private digest(psk: string): Buffer {
    return createHmac('sha256', this.pepper).update(psk).digest();
  }
}
