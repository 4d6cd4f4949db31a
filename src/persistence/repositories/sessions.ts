import type { SessionStore } from '../contract/sessions.js';
import type { Access } from '../families/access.js';
import { toJson } from '../sql/json.js';
import type { sessionWrites } from '../tables/session-writes.js';
import type { sessionReads } from '../tables/sessions.js';

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
    sweep: async () => access.write('sessions.sweep', own()),
  };
}
