/** The checked configuration; every field comes from one environment variable, named in `docs/configuration.md`. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Base of absolute links, without trailing slash; `null`: taken from the request. */
  readonly publicUrl: string | null;
  readonly dataDir: string;
  /** `sqlite:`, or a connection string of EventStoreDB, which may hold a password: never shown. */
  readonly eventStoreUrl: string;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Requests per minute and principal; 0 = off. */
  readonly rateLimitPerMinute: number;
  readonly servingPlatform: 'reports' | 'none';
  /** Whether access modes, owners and backend roles of model groups count. */
  readonly modelAccessControl: boolean;
  readonly adminRoles: readonly string[];
  readonly approvalAdminRoles: readonly string[];
  readonly platformKey: {
    /** The operator's own key, or `null` when digests are given or the key is made at first start. */
    readonly plain: string | null;
    /** `sha256:` digests (hex part only), one or two. */
    readonly digests: readonly string[];
  };
  /** HMAC key for the digests of user PSKs; `null`: made at first start, kept in `dataDir`. */
  readonly pskPepper: string | null;
  /** Wrong keys per address and minute before 429. */
  readonly pskFailuresPerMinute: number;
  /** `null`: tokens are refused, keys work. */
  readonly keycloak: KeycloakConfig | null;
  /** How long a user's roles may be served without asking the role source again, and when it is down. */
  readonly roleCacheSeconds: number;
  readonly roleGraceSeconds: number;
  readonly webhooks: WebhookConfig;
}

export interface WebhookConfig {
  /** Addresses inside the own network, and http. */
  readonly allowPrivateTargets: boolean;
  /** How long one delivery may take, from the look-up of the name to the end of the answer. */
  readonly timeoutSeconds: number;
  /** 32 bytes each, base64: the first seals signing secrets, all of them open; empty: made in `dataDir`, or none. */
  readonly secretKeys: readonly string[];
}

export interface KeycloakConfig {
  readonly issuer: string;
  /** `null`: from the issuer's discovery document. */
  readonly jwksUri: string | null;
  readonly audience: string;
  readonly clientId: string | null;
  readonly algorithms: readonly string[];
  readonly clockSkewSeconds: number;
  readonly jwksRefreshSeconds: number;
  /** `null`: any application. */
  readonly allowedAzp: readonly string[] | null;
  readonly adminClient: { readonly id: string; readonly secret: string } | null;
}

/** Injection token: `Config` is an interface. */
export const CONFIG = Symbol('Config');
