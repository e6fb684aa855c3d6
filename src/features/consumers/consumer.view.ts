/** How far a pull consumer has read. */
export interface ConsumerView {
  readonly name: string;
  readonly position: bigint;
  /** Distance to the newest event that is handed out, in positions; 0: nothing is left to read. */
  readonly lag: bigint;
  /** RFC 3339, UTC. */
  readonly updatedAt: string;
  readonly revision: bigint;
}

/** A row of the read model `consumers`. */
export interface ConsumerRow {
  readonly name: string;
  /** Of its first event since it was last removed. */
  readonly registered_at_position: number;
  readonly position: number;
  readonly updated_at: string;
  readonly revision: number;
}
