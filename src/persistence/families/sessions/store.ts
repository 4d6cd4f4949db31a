import type { SessionStore } from '../../contract/sessions.js';
import { toJson } from '../../sql/json.js';
import type { Access } from '../access.js';
import type { sessionReads } from './reads.js';
import type { sessionWrites } from './writes.js';

export function sessionStore(access: Access<typeof sessionWrites, typeof sessionReads>): SessionStore {
  const own = () => ({ runId: access.requireRunId() });
  return {
    get: (session) => access.read('sessions.get', { session, now: Date.now() }),
    list: () => access.read('sessions.list', { now: Date.now() }),
    put: async (session, data, { ttlMs, quota }) =>
      access.write('sessions.put', {
        ...own(),
        session,
        data: toJson(data, `the data of session ${session}`),
        ttlMs,
        quota,
      }),
    touch: async (session) => access.write('sessions.touch', { ...own(), session }),
    remove: async (session) => access.write('sessions.remove', { ...own(), session }),
    removeExpired: async () => access.write('sessions.removeExpired', own()),
  };
}
