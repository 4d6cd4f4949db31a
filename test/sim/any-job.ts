import type { JobId } from '../../src/machines/ids/job-id.js';
import type { JobPolicy } from '../../src/machines/work/job/policy.js';
import { type NewJobText, newJob, POLICY } from './calls.js';
import type { Random } from './random.js';
import type { World } from './world.js';

/** What hosts serve, and what some of them do. */
export const LIMITS = ['l', 'm'];

/** One or two jobs of any kind. */
export function anyJobs(world: World): NewJobText[] {
  const first = anyJob(world, []);
  return world.random.chance(0.2) ? [first, anyJob(world, [first.jobId])] : [first];
}

function anyJob(world: World, before: readonly JobId[]): NewJobText {
  const { random, now } = world;
  const queue = random.weighted(
    [
      [5, 'q'],
      [2, 'r'],
      [3, 'programs'],
    ],
    'q',
  );
  const known = [...world.jobs.slice(-8), ...before];
  const parents = world.up().flatMap(({ id }) => world.runningOf(id));
  return newJob(world.nextJob(), {
    queue,
    ...(queue === 'programs' ? { method: null } : anyMethod(random)),
    key: random.chance(0.25) ? anyKey(random) : null,
    priority: random.chance(0.2) ? random.below(5) - 2 : 0,
    notBefore: random.chance(0.15) ? now + random.below(300) - 50 : null,
    deadline: random.chance(0.1) ? now + random.below(1500) : null,
    after: random.chance(0.3) ? [random.pick(known), random.pick(known)].flatMap((id) => id ?? []) : [],
    limits: random.chance(0.45) ? LIMITS.filter(() => random.chance(0.6)) : [],
    policy: anyPolicy(random),
    parent: random.chance(0.3) ? (random.pick(parents)?.jobId ?? null) : null,
  });
}

function anyMethod(random: Random) {
  const method = random.weighted(
    [
      [6, 'do'],
      [2, 'other'],
      [1, 'rare'],
    ],
    'do',
  );
  return {
    method,
    version: random.chance(0.1)
      ? random.weighted(
          [
            [1, 'v1'],
            [1, 'v2'],
          ],
          'v1',
        )
      : null,
  };
}

function anyKey(random: Random): NewJobText['key'] {
  return { key: `k${random.below(3)}`, digest: random.chance(0.9) ? 'd' : 'e', ever: random.chance(0.2) };
}

function anyPolicy(random: Random): JobPolicy {
  return {
    ...POLICY,
    attempts: 1 + random.below(3),
    backoff: { ...POLICY.backoff, initialMs: random.chance(0.3) ? 0 : 50 },
    onLost: random.chance(0.85) ? 'retry' : 'fail',
    onDependency: random.chance(0.5) ? 'fail' : 'run',
    onParentEnd: random.chance(0.8) ? 'cancel' : 'abandon',
    isolateAfter: random.weighted<number | null>(
      [
        [3, 1],
        [2, 2],
        [1, null],
      ],
      3,
    ),
  };
}
