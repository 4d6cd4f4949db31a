/** How many programs are in flight in every benchmark of them. */
export const LANES = 4;

/** Runs `one(i)` for i from 0 while `more(i)` says so, that many at a time. Resolves with how many were run. */
export async function inLanes(more, one, lanes = LANES) {
  let next = 0;
  const lane = async () => {
    while (more(next)) await one(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return next;
}
