import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One line of the report: what was measured, beside what, and what the product promises. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  /** The floor, the peer or the no-op of the same run. */
  readonly beside: string;
  readonly budget: string;
  /** `null`: for information only. */
  readonly met: boolean | null;
}

/** The same rows at two sizes: `quick` proves that they run, `full` is what may be quoted. */
export interface Scale {
  readonly quick: boolean;
  /** Events in the large log. */
  readonly largeLog: number;
  readonly smallLog: number;
  /** Events that a run adds to a store of EventStoreDB, which keeps them. */
  readonly sharedLog: number;
  readonly appends: number;
  /** Seconds of load per HTTP row and round. */
  readonly seconds: number;
  /** Side-by-side rounds of which the median ratio is taken. */
  readonly rounds: number;
}

export const FULL: Scale = {
  quick: false,
  largeLog: 1_000_000,
  smallLog: 10_000,
  sharedLog: 200_000,
  appends: 4_000,
  seconds: 6,
  rounds: 5,
};

export const QUICK: Scale = {
  quick: true,
  largeLog: 20_000,
  smallLog: 2_000,
  sharedLog: 5_000,
  appends: 300,
  seconds: 1,
  rounds: 1,
};

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Milliseconds that `task` took. */
export const timed = async (task: () => unknown): Promise<number> => {
  const start = process.hrtime.bigint();
  await task();
  return Number(process.hrtime.bigint() - start) / 1e6;
};

export const perSecond = (count: number, milliseconds: number): number => (count / milliseconds) * 1000;

/** What each task measures, round after round and in turn, so that a machine that slows down slows them all. */
export const inTurn = async <Name extends string>(
  rounds: number,
  tasks: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> => {
  const names = Object.keys(tasks) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) measured[name].push(await tasks[name]());
  }
  return measured;
};

/** Of what was measured in the same rounds: the median of how many times the second the first is. */
export const medianRatio = (first: readonly number[], second: readonly number[]): number =>
  median(first.map((value, round) => value / second[round]!));

const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

export const rate = (value: number, unit: string): string => `${grouped.format(value)} ${unit}/s`;
export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
export const times = (ratio: number): string => `${ratio.toFixed(2)} x`;

/** Runs `task` with a folder of its own that is gone afterwards. */
export const withFolder = async <Result>(task: (folder: string) => Promise<Result>): Promise<Result> => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  try {
    return await task(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
