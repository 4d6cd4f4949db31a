import { type JobId, jobName } from '../../../src/machines/ids/job-id.js';
import type { RunWrite } from '../../../src/machines/work/run/commands.js';
import type { Store } from '../../../src/persistence/store.js';

/** A write that was asked for and not answered yet. */
interface HeldWrite {
  readonly name: RunWrite;
  readonly indexes: readonly number[];
  /** Does it, in the real store. */
  go(): Promise<void>;
  /** The disk fails: nothing was written. */
  fail(error: Error): void;
  /** Nothing of it was granted. */
  refuse(): void;
}

/** A real store, as far as a coordinator writes to it, in which each write waits until the test answers it. */
export class HeldStore {
  /** In the order in which they were asked for. */
  readonly writes: HeldWrite[] = [];
  readonly runs: Store['runs'];
  readonly attempts: Store['attempts'];
  #isOpen = false;

  constructor({ runs, attempts }: Pick<Store, 'runs' | 'attempts'>) {
    this.runs = {
      ...runs,
      plan: (run) => this.#hold('load', [], () => runs.plan(run)),
      commit: (run, owner, indexes, as) => this.#hold('commit', indexes, () => runs.commit(run, owner, indexes, as)),
      setStatus: (run, owner, from, to) => this.#hold('status', [], () => runs.setStatus(run, owner, from, to)),
    };
    this.attempts = {
      claim: (owner, claims) => this.#hold('claim', indexesOf(claims), () => attempts.claim(owner, claims), []),
      release: (owner, claims) => this.#hold('release', indexesOf(claims), () => attempts.release(owner, claims)),
      started: attempts.started,
      finish: (owner, end) => this.#hold('attempt', indexesOf([end]), () => attempts.finish(owner, end)),
    };
  }

  /** The slots that are being written so, lowest first. */
  being(name: RunWrite): readonly number[] {
    return this.writes
      .filter((write) => write.name === name)
      .flatMap(({ indexes }) => indexes)
      .sort((a, b) => a - b);
  }

  /** Takes out the oldest write of that name, and of that slot if one is given. */
  take(name: RunWrite, index?: number): HeldWrite {
    const at = this.writes.findIndex(
      (write) => write.name === name && (index === undefined || write.indexes.includes(index)),
    );
    const [write] = at < 0 ? [] : this.writes.splice(at, 1);
    if (!write) throw new Error(`no ${name} was asked for`);
    return write;
  }

  /** Answers all writes of that name. */
  async each(name: RunWrite, answer: (write: HeldWrite) => Promise<void> | void): Promise<void> {
    const count = this.writes.filter((write) => write.name === name).length;
    for (let n = 0; n < count; n += 1) await answer(this.take(name));
  }

  /** Does what waits, in order, and holds nothing from here on. */
  async open(): Promise<void> {
    this.#isOpen = true;
    for (const write of this.writes.splice(0)) await write.go();
  }

  #hold<T>(name: RunWrite, indexes: readonly number[], write: () => Promise<T>, none?: T): Promise<T> {
    if (this.#isOpen) return write();
    return new Promise<T>((resolve, reject) => {
      const refuse = () => (none === undefined ? reject(new Error(`a ${name} cannot be refused`)) : resolve(none));
      this.writes.push({ name, indexes, go: () => write().then(resolve, reject), fail: reject, refuse });
    });
  }
}

function indexesOf(slots: readonly { readonly jobId: JobId }[]): readonly number[] {
  return slots.flatMap(({ jobId }) => {
    const name = jobName(jobId);
    return name.kind === 'slot' ? [name.index] : [];
  });
}
