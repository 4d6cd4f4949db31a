import type { RunStore } from '../../contract/runs.js';
import { toJson } from '../../sql/json.js';
import type { Access } from '../access.js';
import type { runReads } from './reads.js';
import type { runWrites } from './writes.js';

type RunAccess = Access<typeof runWrites, typeof runReads>;

export function runStore(access: RunAccess): RunStore {
  return { ...runWriting(access), ...runReading(access) };
}

type Reading =
  | 'outlook'
  | 'slot'
  | 'plan'
  | 'ended'
  | 'finished'
  | 'get'
  | 'list'
  | 'committed'
  | 'rows'
  | 'placedRows'
  | 'runDigest';

function runWriting(access: RunAccess): Omit<RunStore, Reading> {
  return {
    create: async ({ run, name, pool, policy, origin, owner }) =>
      access.write('runs.create', {
        run,
        name,
        pool,
        owner,
        policy: toJson(policy, 'the policy'),
        origin: toJson(origin, 'the origin'),
      }),
    addSlots: async (run, inputs, before = 0) => {
      const texts = inputs.map((input, index) => toJson(input, `input ${before + index}`));
      const bytes = texts.reduce((sum, text) => sum + text.length, 0);
      return access.write('runs.addSlots', { run, inputs: texts }, { bytes });
    },
    start: (run, owner) => access.write('runs.start', { run, owner }),
    acquire: (run, owner) => access.write('runs.acquire', { run, owner }),
    reopenFailed: (run, owner) => access.write('runs.reopenFailed', { run, owner }),
    commit: (run, owner, indexes, as, options) => access.write('runs.commit', { run, owner, indexes, as }, options),
    setStatus: (run, owner, from, to, reason) =>
      access.write('runs.setStatus', { run, owner, from, to, reason: reason ?? null }),
    wish: (run, wish) => access.write('runs.wish', { run, wish }),
  };
}

function runReading(access: RunAccess): Pick<RunStore, Reading> {
  return {
    plan: (run) => access.read('runs.plan', { run }),
    finished: (run) => access.read('runs.finished', { run }),
    get: (run) => access.read('runs.get', { run }),
    slot: (run, index) => access.read('runs.slot', { run, index }),
    outlook: (run) => access.read('runs.outlook', { run }),
    list: () => access.read('runs.list', null),
    committed: (run, after, limit) => access.read('runs.committed', { run, after, limit }),
    ended: (run, indexes) => access.read('runs.ended', { run, indexes }),
    rows: async (run, from, limit) => (await access.read('runs.rows', { run, from, limit })).map(({ row }) => row),
    placedRows: (run, from, limit) => access.read('runs.rows', { run, from, limit }),
    runDigest: (run) => access.read('runs.digest', { run }),
  };
}
