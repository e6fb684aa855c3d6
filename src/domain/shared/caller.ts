/** Stands where a person's id stands, when the platform's key acts. Nobody else may have it. */
export const PLATFORM_ID = 'platform';

export type CredentialType = 'jwt' | 'user_psk' | 'platform_psk';

/** Who acts, as far as a rule may look: filled from the verified credential and, for PSKs, from the roles held now. */
export interface Caller {
  readonly kind: 'user' | 'service_account' | 'platform';
  /** `null` only for the platform key, which stands for no person. */
  readonly userId: string | null;
  readonly username: string | null;
  /** Lower-cased; `null` when absent or not verified, so that it may be compared. */
  readonly verifiedEmail: string | null;
  /**
   * Effective role names a rule may compare, exact and case-sensitive: realm roles and roles of our own client as plain
   * names, roles of other clients as `clientId/role`.
   */
  readonly roles: readonly string[];
  /** Ids of the directory's groups. */
  readonly groups: readonly string[];
  readonly isAdmin: boolean;
  /** May manage approval policies, and review where a policy names no group. */
  readonly isApprovalAdmin: boolean;
  readonly credentialType: CredentialType;
}
