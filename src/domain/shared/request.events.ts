import type { DomainEvent } from './decider.js';

/** Stream `idempotency-<hash of caller, method, path and key>`: the first answer to a request with an idempotency key. */
export type RequestAnswered = DomainEvent<
  'RequestAnswered',
  {
    /** SHA-256 of the request's body and query; another one under the same key is refused. */
    readonly fingerprint: string;
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** The answer's body as sent, keyed by who asked: it may show a person's name. */
    readonly personal: { readonly [callerId: string]: { readonly body: string | null } };
  }
>;

export const requestEventVersions = { RequestAnswered: 1 } as const satisfies Record<
  RequestAnswered['type'],
  number
>;
