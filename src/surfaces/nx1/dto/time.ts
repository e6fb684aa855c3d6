/** RFC 3339 UTC with milliseconds, as everywhere inside, in Nx1's form: whole seconds. */
export const toNx1Time = <Time extends string | null>(time: Time): Time =>
  (time === null ? null : `${time.slice(0, 19)}Z`) as Time;
