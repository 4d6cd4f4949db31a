/**
 * Whether something that a test needs is there. Without it the test is skipped, loudly; where everything is required
 * (`ESPALIER_REQUIRE_ALL=1`, as in `.ci/run`), it is a failure.
 */
export function required(what: string, isThere: boolean): boolean {
  if (isThere) return true;
  if (process.env.ESPALIER_REQUIRE_ALL === '1') throw new Error(`${what} is required here, and missing`);
  console.warn(`SKIPPED: ${what} is missing`);
  return false;
}
