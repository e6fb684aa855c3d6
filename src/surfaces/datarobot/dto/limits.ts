/** An id of anything: long enough for every id we give and every id others register. */
export const ID = { min: 1, max: 255 } as const;
export const COMMENT = { max: 10_000 } as const;
