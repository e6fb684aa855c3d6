/**
 * What a controller returns for a write. From it come `X-Event-Position`, `ETag`, the wait for the read models
 * (`X-Read-Model: behind` when given up) and the answer kept for a repeated `Idempotency-Key`.
 */
export class WriteAnswer<Body = unknown> {
  constructor(
    readonly status: number,
    /** `undefined`: no body. */
    readonly body: Body | undefined,
    readonly written: {
      /** Position of the entity's last event; -1 when there is none. */
      readonly position: bigint;
      /** Sent as `ETag` when given. */
      readonly revision?: bigint;
    },
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}
