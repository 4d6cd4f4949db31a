import { randomBytes } from 'node:crypto';
import { EspalierError } from '../../../errors.js';
import { type JobId, newJobId } from '../../../machines/ids/job-id.js';
import { MOST_CAUGHT_UP } from '../../../machines/work/schedule/due.js';
import { type ScheduleSpec, sameTiming } from '../../../machines/work/schedule/spec.js';
import type { DueSchedule, ScheduleRecord, ScheduleStore } from '../../contract/schedules.js';
import { payload } from '../../sql/payload.js';
import type { Access } from '../access.js';
import { instantsOf } from './instants.js';
import type { scheduleReads } from './reads.js';
import type { DueScheduleWithIds } from './tick.js';
import type { scheduleWrites } from './writes.js';

type ScheduleAccess = Access<typeof scheduleWrites, typeof scheduleReads>;

/** Times that something is computed anew because somebody else has changed the schedule meanwhile. */
const TRIES = 20;

export function scheduleStore(access: ScheduleAccess): ScheduleStore {
  const by = access.runId ?? '';
  const get = (name: string) => access.read('schedules.get', { name });
  return {
    get,
    set: async (name, spec, now) => {
      const text = payload(spec, `schedule ${name}`, access.maxPayload);
      return settled(name, async () => {
        const { revision, cursor, nextAt } = begin(spec, await get(name), now);
        return access.write('schedules.set', { by, name, spec: text, revision, cursor, nextAt });
      });
    },
    pause: (name) => access.write('schedules.pause', { by, name }),
    resume: (name, now) =>
      settled(name, async () => {
        const passed = await access.read('schedules.passed', { name, now });
        return access.write('schedules.resume', { by, name, ...passed });
      }),
    remove: (name) => access.write('schedules.remove', { by, name }),
    runNow: (name) => access.write('schedules.runNow', { by, name, jobId: newId() }),
    due: (now) => access.read('schedules.due', { now }),
    tick: async (owner, due, now) => {
      let moved = 0;
      for (const part of parts(due))
        moved += await access.write('schedules.tick', { owner, due: part.map(withIds), now });
      return moved;
    },
    list: () => access.read('schedules.list', null),
    history: (name, { before, limit }) => access.read('schedules.history', { name, before: before ?? null, limit }),
  };
}

/** What an operation answers that was computed for the schedule as it is. */
async function settled<T>(name: string, act: () => Promise<T | 'stale'>): Promise<T> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await act();
    if (answer !== 'stale') return answer;
  }
  throw new EspalierError('ESP_CONFLICT', `schedule ${JSON.stringify(name)} is being changed by others all the time`);
}

/** Where a schedule stands once it is set: a rule of before counts up to now, and what it has decided stays decided. */
function begin(spec: ScheduleSpec, found: ScheduleRecord | null, now: number) {
  const instants = instantsOf(spec);
  const { timing } = spec;
  const fresh = timing.kind === 'at' ? Math.min(now, timing.at - 1) : now;
  const keeps = found !== null && sameTiming(found.spec.timing, timing);
  const cursor = found === null ? fresh : keeps ? found.cursor : Math.max(found.cursor, now);
  const nextAt = instants.after(cursor);
  if (nextAt === null) requireEver(timing);
  return { revision: found?.revision ?? null, cursor, nextAt };
}

/** A rule that has no instant at all is a mistake; one that had its last is over. */
function requireEver(timing: ScheduleSpec['timing']): void {
  if (timing.kind === 'at' || instantsOf({ timing, from: null, until: null }).after(0) !== null) return;
  throw new EspalierError('ESP_INVALID', `the rule ${JSON.stringify(timing.cron)} never comes`);
}

function newId(): JobId {
  return newJobId(Date.now(), randomBytes(8).toString('hex'));
}

function withIds(one: DueSchedule): DueScheduleWithIds {
  return { ...one, jobIds: one.due.newest.map(newId) };
}

/** Every host waits for a transaction: one makes no more than a hundred jobs, unless those of one schedule are more. */
function parts(due: readonly DueSchedule[]): DueSchedule[][] {
  const found: DueSchedule[][] = [];
  let room = 0;
  for (const one of due) {
    room -= one.due.newest.length;
    if (room < 0 || found.length === 0) {
      found.push([]);
      room = MOST_CAUGHT_UP - one.due.newest.length;
    }
    found.at(-1)?.push(one);
  }
  return found;
}
