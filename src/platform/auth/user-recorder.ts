import type { TokenEntry } from '../../domain/directory/user.decider.js';

/** Keeps what verified tokens say of their users. */
export abstract class UserRecorder {
  /**
   * Resolves when the user's entry says what the token says; `false` when that could not be stored now. Never throws:
   * who somebody is does not depend on it.
   */
  abstract record(userId: string, entry: TokenEntry, tokenId: string): Promise<boolean>;
}
