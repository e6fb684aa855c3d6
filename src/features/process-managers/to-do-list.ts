/** One thing that is to be done. Doing it again, here or on another replica, must do no harm. */
export interface Task {
  /** Names the task among those of its list. */
  readonly key: string;
  run(): Promise<void>;
}

/**
 * What a process manager has to do, read from read models. The log is its memory: a task is there because of what was
 * recorded, and goes away by what doing it records, so nothing else has to be kept, and whoever starts anew finds what
 * was left.
 */
export interface ToDoList {
  readonly name: string;
  /** The read models it is read from. */
  readonly projections: readonly string[];
  /** What is to be done at this time, the most urgent first. */
  due(now: Date): readonly Task[];
  /** When something more comes due by itself; `null`: nothing, as things stand. */
  nextDue?(now: Date): Date | null;
}
