declare const meant: unique symbol;

/**
 * The run id of a host: it names one incarnation of its system, `<base36 ms>-<16 random hex>`, and is never reused.
 * Everything that is persisted carries it. What is called `runId`, `run_id` or `owner` is always the host's; a run has a
 * `RunRef`, and neither passes for the other. Text from outside, which is not known to be either, passes for both.
 */
export type RunId = string & { readonly [meant]?: 'a host' };

/** Names a run in its store and on the command line: `<base36 ms>-<8 random hex>`. */
export type RunRef = string & { readonly [meant]?: 'a run' };

/**
 * A run id: two hosts that start in the same millisecond still differ by 64 random bits.
 *
 * @param now milliseconds since the epoch
 * @param randomHex sixteen random hexadecimal digits
 */
export function formatRunId(now: number, randomHex: string): RunId {
  return `${now.toString(36)}-${randomHex}`;
}

/**
 * The name of a run. It is short, for people type it; a store refuses one that it has.
 *
 * @param now milliseconds since the epoch
 * @param randomHex eight random hexadecimal digits
 */
export function formatRunRef(now: number, randomHex: string): RunRef {
  return `${now.toString(36)}-${randomHex}`;
}
