export function portRange(
  first: number,
  firstOfRanges: number,
  last: number,
): { freePort(): Promise<number>; freeUdpRange(count: number): Promise<number> };
