import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Collects garbage: all of it, or as V8 does many times a second, among what is young alone. */
function gc(options?: { type: 'minor' }): void {
  if (typeof collect !== 'function') throw new Error('this V8 collects no garbage on request');
  collect(options);
}

/** The bytes for each time that `step` runs that outlive quick collections, and wait for the slow one. */
export async function outliving(times: number, step: (index: number) => unknown): Promise<number> {
  const quickly = async (from: number, to: number) => {
    for (let index = from; index < to; index += 1) {
      await step(index);
      if (index % 50 === 0) gc({ type: 'minor' });
    }
    gc({ type: 'minor' });
    gc({ type: 'minor' });
  };
  // Once before: what is made once is not counted.
  await quickly(0, times);
  gc();
  const before = oldBytes();
  await quickly(times, 2 * times);
  return (oldBytes() - before) / times;
}

function oldBytes(): number {
  const old = getHeapSpaceStatistics().filter(({ space_name: name }) => name === 'old_space');
  return old.reduce((sum, { space_used_size: used }) => sum + used, 0);
}
