/** A person as the directory knows him now. */
export interface DirectoryUser {
  readonly userId: string;
  readonly username: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly realmRoles: readonly string[];
  readonly clientRoles: Readonly<Record<string, readonly string[]>>;
  readonly groups: readonly string[];
  readonly backendRoles: readonly string[];
  readonly enabled: boolean;
  readonly source: 'directory' | 'token';
  readonly updatedAt: string;
}

/** Look-ups of people, one indexed read each. */
export abstract class Directory {
  abstract user(userId: string): DirectoryUser | undefined;
  abstract usersByUsername(username: string): readonly DirectoryUser[];
  /** Users with this e-mail address, compared without case, verified ones only. */
  abstract usersByVerifiedEmail(email: string): readonly DirectoryUser[];
  /** True when some user holds this role, as {@link Caller.roles} spells it. */
  abstract knowsRole(role: string): boolean;
}
