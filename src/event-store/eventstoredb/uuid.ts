/** Servers give an id back as text or as two halves of 64 bits, signed or not. */
export const uuidOfHalves = (most: bigint, least: bigint): string => {
  const hex = [most, least].map((half) => BigInt.asUintN(64, half).toString(16).padStart(16, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
