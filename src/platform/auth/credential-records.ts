/** A user's key as the log knows it. */
export interface StoredPsk {
  readonly pskId: string;
  readonly userId: string;
  readonly digest: Buffer;
  readonly status: 'current' | 'replaced' | 'revoked';
  /** RFC 3339, UTC, as are the others. */
  readonly validUntil: string | null;
  readonly overlapUntil: string | null;
}

/** What the log says of credentials, one indexed read each. */
export abstract class CredentialRecords {
  /**
   * Changes whenever an answer of this class or of the directory may have: what was found at one version holds as long
   * as that lasts.
   * @throws IdentityUnavailable when the read models behind it have stopped or are not up to date: a revocation could
   *   be missing
   */
  abstract version(): number;

  abstract psk(publicId: string): StoredPsk | undefined;

  /** Whether the identity provider has ended the session of a token that was issued at `issuedAt` (RFC 3339, UTC). */
  abstract sessionEnded(sessionId: string | null, userId: string, issuedAt: string): boolean;
}
