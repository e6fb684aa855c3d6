/** What the test server does wrong, from the moment it is set. */
export interface Faults {
  /** Takes appends and gives no answer; those carried out and those not. */
  appends: 'answered' | 'unanswered' | 'ignored';
  /** Appends that were ignored: each, when called, is carried out after all. */
  readonly ignored: (() => Promise<unknown>)[];
  /** Carries out the next append, then cuts every connection instead of answering. */
  loseNextAnswer: boolean;
  /** Answers the next append as a node that does not lead, with the address of the one that does. */
  leaderElsewhere: number | undefined;
  /** Answers the next appends, one each, with this error instead of carrying them out. */
  readonly refusals: string[];
  /** Ends its half of the stream of appends when the next one comes, which it neither carries out nor answers. */
  endNextAppendStream: boolean;
  /** Gives no answer to reads and subscriptions. */
  readsHang: boolean;
  /** Cuts every connection after so many more events. */
  cutReadsAfter: number;
}

export const noFaults = (): Faults => ({
  appends: 'answered',
  ignored: [],
  loseNextAnswer: false,
  leaderElsewhere: undefined,
  refusals: [],
  endNextAppendStream: false,
  readsHang: false,
  cutReadsAfter: Infinity,
});
