/**
 * A run id names one incarnation of a host's system: `<base36 ms>-<16 random hex>`. It is never reused, and two hosts
 * that start in the same millisecond still differ by 64 random bits.
 *
 * @param now milliseconds since the epoch
 * @param randomHex sixteen random hexadecimal digits
 */
export function formatRunId(now: number, randomHex: string): string {
  return `${now.toString(36)}-${randomHex}`;
}
