import type { JobSpec } from 'espalier';
import type { Random } from '../../../sim/random.js';

/** What is known of a job before it is submitted. */
export interface Planned {
  readonly name: string;
  readonly spec: JobSpec;
  /** Whether a client asks for its end. */
  readonly cancelled: boolean;
}

/** At once, over all hosts. */
export const CAPS: Readonly<Record<string, number>> = { two: 2, five: 5 };
/** Attempts that begin. */
export const RATE = { count: 40, perMs: 1000, burst: 5 };

/** Jobs of both kinds with keys, limits, retries, and others that they wait for: the `from`-th and those after it. */
export function plan(random: Random, file: string, from: number, count: number): Planned[] {
  return Array.from({ length: count }, (_, n) => planned(random, file, from + n, n));
}

function planned(random: Random, file: string, number: number, inBatch: number): Planned {
  const name = `j${number}`;
  const limits = [...(number % 8 === 0 ? ['two'] : []), ...(number % 3 === 0 ? ['five'] : [])];
  // Nobody waits for one that may be cancelled, or be among the first.
  const after = inBatch > 3 && random.chance(0.25) ? [`j${number - 1 - random.below(3)}`] : [];
  const base: JobSpec = {
    queue: 'test:/shell',
    key: name,
    keyFor: 'ever',
    ref: name,
    limits: number % 11 === 0 ? [...limits, 'rate'] : limits,
    after,
    // One that is cancelled is an end like others.
    onDependency: 'run',
    // The hosts die for reasons that are not theirs.
    isolateAfter: Number.POSITIVE_INFINITY,
    retries: { attempts: 3, backoff: { initialMs: 50, jitter: 0 } },
  };
  const cancelled = random.chance(0.03);
  const ms = cancelled ? 300 : 5 + random.below(60);
  if (random.chance(0.5))
    return { name, cancelled, spec: { ...base, queue: 'test:/calls', method: 'leave', args: { file, name, ms } } };
  return { name, cancelled, spec: { ...base, input: script(file, name, ms, number % 23 === 0) } };
}

/** The same as the worker does. @param failsFirst whether its first execution fails */
function script(file: string, name: string, ms: number, failsFirst: boolean): string {
  const flag = `${file}.${name}`;
  const fails = failsFirst ? `if [ ! -e ${flag} ]; then : > ${flag}; exit 3; fi; ` : '';
  return `echo "begin ${name} $$" >> ${file}; sleep ${ms / 1000}; ${fails}echo "end ${name} $$" >> ${file}`;
}
