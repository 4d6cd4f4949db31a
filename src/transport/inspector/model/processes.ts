import type { JournalEvent } from '../../../machines/events.js';
import type { ProcessInfo } from '../protocol/wire.js';
import type { SeenProcess } from '../seen/records.js';
import { Changes } from './changes.js';

/** How many processes are remembered that are proven gone. */
const KEPT_GONE = 500;

/** The registered processes of a store: those present at a moment, then what the journal tells of them. */
export class ProcessModel {
  readonly changes = new Changes();
  readonly #processes = new Map<string, ProcessInfo>();
  readonly #gone = new Set<string>();
  onChange: () => void = () => undefined;

  all(): IterableIterator<ProcessInfo> {
    return this.#processes.values();
  }

  get(id: string): ProcessInfo | undefined {
    return this.#processes.get(id);
  }

  /** Takes in what is registered now. What is known and is not registered any more is gone. */
  load(registrations: readonly SeenProcess[]): void {
    const present = new Set<string>();
    for (const registration of registrations) {
      const info = processInfo(registration);
      present.add(info.id);
      const known = this.#processes.get(info.id);
      if (known?.state !== info.state || known.pid !== info.pid) this.#put(info);
    }
    for (const info of [...this.#processes.values()]) {
      if (info.state !== 'gone' && !present.has(info.id)) this.#put({ ...info, state: 'gone' });
    }
  }

  apply(event: JournalEvent): void {
    switch (event.type) {
      case 'process.spawned': {
        const { pid, command } = event.data;
        return this.#change(event, { state: 'live', pid, command: [...command], at: event.at });
      }
      case 'process.exited': {
        const { pid, code, signal } = event.data;
        return this.#change(event, { state: 'gone', pid, exit: { code, signal }, at: event.at });
      }
      case 'process.failed':
        return this.#change(event, { state: 'gone', reason: event.data.error.message, at: event.at });
      case 'process.suspect':
        return this.#change(event, { state: 'suspect', reason: event.data.reason, at: event.at });
      default:
        return;
    }
  }

  #change(event: JournalEvent & { readonly data: { readonly spawnId: string } }, change: Partial<ProcessInfo>): void {
    const { runId, path = '', incarnation = 0, ctx = {}, at } = event;
    const id = `${runId}.${event.data.spawnId}`;
    const known = this.#processes.get(id) ?? {
      ...{ id, job: ctx.job ?? null, attempt: ctx.attempt ?? null },
      ...{ state: 'intent' as const, pid: null, command: [], exit: null, reason: null, at },
    };
    // Whatever is read late, what is gone stays gone. The worker is known once there is a process.
    this.#put({ ...known, path, incarnation, ...change, ...(known.state === 'gone' && { state: 'gone' as const }) });
  }

  #put(info: ProcessInfo): void {
    this.#processes.set(info.id, info);
    this.changes.touch(info.id);
    if (info.state === 'gone') this.#bury(info.id);
    this.onChange();
  }

  #bury(id: string): void {
    this.#gone.add(id);
    if (this.#gone.size <= KEPT_GONE) return;
    for (const first of this.#gone) {
      this.#gone.delete(first);
      this.#processes.delete(first);
      this.changes.remove(first);
      return;
    }
  }
}

/** A registration as it is shown. */
function processInfo(registration: SeenProcess): ProcessInfo {
  const { runId, spawnId, path, incarnation, jobId, attempt, state, identity, command, exit, reason, at } =
    registration;
  return {
    id: `${runId}.${spawnId}`,
    path,
    incarnation,
    job: jobId,
    attempt,
    state,
    pid: identity?.pid ?? null,
    command: [...command],
    exit: exit && { code: exit.code, signal: exit.signal },
    reason,
    at,
  };
}
