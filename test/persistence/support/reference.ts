/**
 * What a store should do with the slots of one run, said a second time in the plainest way: arrays and loops, no tables.
 * Written apart from the operations, from the contract alone. Each method answers what the store should answer: a value,
 * or the code of an error.
 */
export type Outcome = 'succeeded' | 'failed' | 'timed_out' | 'cancelled';
export type Ruling = 'cancelled' | 'skipped_pruned' | null;

interface Execution {
  readonly slot: number;
  readonly number: number;
  readonly owner: string;
  end: 'running' | 'by itself' | 'lost' | 'without counting' | 'released';
  process: 'intent' | 'live' | 'gone' | 'removed';
  identified: boolean;
}

interface Slot {
  phase: 'queued' | 'running' | 'ended';
  status: Outcome | 'skipped_pruned' | null;
  row: { status: string; attempts: number } | null;
}

export class Reference {
  readonly #hosts = new Map<string, 'live' | 'stopped' | 'dead'>();
  readonly #slots: Slot[];
  readonly #executions: Execution[] = [];
  readonly #onLost: 'retry' | 'fail';
  #owner: string;
  #status: 'running' | 'paused' | 'interrupted' = 'running';

  constructor(owner: string, slots: number, onLost: 'retry' | 'fail') {
    this.#owner = owner;
    this.#onLost = onLost;
    this.#hosts.set(owner, 'live');
    this.#slots = Array.from({ length: slots }, () => ({ phase: 'queued', status: null, row: null }));
  }

  register(host: string): unknown {
    if (this.#hosts.has(host)) return 'ESP_CONFLICT';
    this.#hosts.set(host, 'live');
    return undefined;
  }

  claim(host: string, index: number): unknown {
    const refused = this.#mayWriteRun(host);
    if (refused !== null) return refused;
    const slot = this.#slots[index];
    if (slot === undefined || slot.phase !== 'queued' || this.#status === 'interrupted') return [];
    const executions = this.#of(index);
    if (executions.some(({ process }) => process === 'intent' || process === 'live')) return 'ESP_CONFLICT';
    const number = 1 + Math.max(0, ...executions.map((execution) => execution.number));
    const endedBefore = executions.filter(({ end }) => end === 'by itself').length;
    const lossesBefore = executions.filter(({ end }) => end === 'lost').length;
    // Each execution raises it, also those that were released.
    const epoch = 1 + this.#executions.filter((execution) => execution.slot === index).length;
    slot.phase = 'running';
    this.#executions.push({ slot: index, number, owner: host, end: 'running', process: 'intent', identified: false });
    return [{ epoch, attempt: number, endedBefore, lossesBefore }];
  }

  live(which: number): unknown {
    const execution = this.#executions[which];
    if (execution === undefined) return null;
    if (this.#hosts.get(execution.owner) !== 'live') return 'ESP_FENCED';
    if (execution.process === 'removed') return 'ESP_NOT_FOUND';
    if (execution.process !== 'intent') return 'ESP_CONFLICT';
    execution.process = 'live';
    execution.identified = true;
    return undefined;
  }

  gone(which: number): unknown {
    const execution = this.#executions[which];
    if (execution === undefined) return null;
    if (execution.process === 'removed') return 'ESP_NOT_FOUND';
    execution.process = 'gone';
    return undefined;
  }

  release(host: string, which: number): unknown {
    const execution = this.#executions[which];
    if (this.#hosts.get(host) !== 'live') return 'ESP_FENCED';
    if (execution === undefined || execution.end !== 'running' || execution.owner !== host) return ['late'];
    if (execution.identified) return 'ESP_CONFLICT';
    execution.end = 'released';
    execution.process = 'removed';
    this.#slot(execution.slot).phase = 'queued';
    return ['released'];
  }

  finish(host: string, which: number, outcome: Outcome, requeue: boolean, lost: boolean): unknown {
    const execution = this.#executions[which];
    if (execution === undefined || execution.end !== 'running' || execution.owner !== host) return 'late';
    const interrupted = requeue && outcome === 'cancelled';
    execution.end = lost ? 'lost' : interrupted ? 'without counting' : 'by itself';
    execution.process = 'gone';
    const slot = this.#slot(execution.slot);
    slot.phase = requeue ? 'queued' : 'ended';
    slot.status = requeue ? null : outcome;
    return 'recorded';
  }

  commit(host: string, indexes: readonly number[], as: Ruling): unknown {
    const refused = this.#mayWriteRun(host);
    if (refused !== null) return refused;
    for (const index of indexes) {
      const slot = this.#slots[index];
      if (slot === undefined) return 'ESP_NOT_FOUND';
      const open = slot.phase === 'running' || (slot.phase === 'queued' && as === null);
      if (slot.row === null && open) return 'ESP_CONFLICT';
    }
    for (const index of indexes) this.#commitOne(index, as);
    return undefined;
  }

  #commitOne(index: number, as: Ruling): void {
    const slot = this.#slot(index);
    if (slot.row !== null) return;
    const ended = this.#of(index).filter(({ end }) => end === 'by itself').length;
    slot.row = as === null ? { status: String(slot.status), attempts: ended } : { status: as, attempts: 0 };
    slot.phase = 'ended';
    slot.status = as ?? slot.status;
  }

  reopen(host: string): unknown {
    if (this.#hosts.get(host) !== 'live') return 'ESP_FENCED';
    if (this.#owner !== host && this.#hosts.get(this.#owner) === 'live') return 'ESP_OWNED';
    const again = this.#slots.filter(
      ({ phase, status }) => phase === 'ended' && /failed|timed_out|cancelled/.test(`${status}`),
    );
    for (const slot of again) Object.assign(slot, { phase: 'queued', status: null, row: null });
    return again.length;
  }

  acquire(host: string): unknown {
    if (this.#hosts.get(host) !== 'live') return 'ESP_FENCED';
    if (this.#owner !== host && this.#hosts.get(this.#owner) === 'live') return false;
    this.#owner = host;
    this.#status = 'running';
    return true;
  }

  pause(host: string): unknown {
    const refused = this.#mayWriteRun(host);
    if (refused !== null) return refused;
    if (this.#status !== 'running') return false;
    this.#status = 'paused';
    return true;
  }

  fence(host: string, by: string): unknown {
    const judge = this.#hosts.get(by);
    if (judge !== undefined && judge !== 'live') return 'ESP_FENCED';
    if (this.#hosts.get(host) !== 'live') return false;
    this.#hosts.set(host, 'dead');
    this.#leave(host, ['running', 'paused']);
    return true;
  }

  end(host: string): unknown {
    const state = this.#hosts.get(host);
    if (state === 'stopped') return undefined;
    if (state !== 'live') return 'ESP_FENCED';
    this.#hosts.set(host, 'stopped');
    this.#leave(host, ['running']);
    return undefined;
  }

  /** What can be seen of the run from outside. */
  view() {
    const phases = { queued: 0, running: 1, ended: 2 } as const;
    return {
      owner: this.#owner,
      status: this.#status,
      plan: this.#slots.map(({ phase, row }) => (row === null ? phases[phase] : 3)).join(''),
      rows: this.#slots.flatMap(({ row }, index) => (row === null ? [] : [{ index, ...row }])),
    };
  }

  #leave(host: string, statuses: readonly string[]): void {
    for (const execution of this.#executions) {
      if (execution.owner !== host || execution.end !== 'running') continue;
      execution.end = 'without counting';
      const slot = this.#slot(execution.slot);
      slot.phase = this.#onLost === 'fail' ? 'ended' : 'queued';
      slot.status = this.#onLost === 'fail' ? 'failed' : null;
    }
    if (this.#owner === host && statuses.includes(this.#status)) this.#status = 'interrupted';
  }

  #mayWriteRun(host: string): string | null {
    if (this.#hosts.get(host) !== 'live') return 'ESP_FENCED';
    return this.#owner === host ? null : 'ESP_OWNED';
  }

  #of(index: number): Execution[] {
    return this.#executions.filter(({ slot, end }) => slot === index && end !== 'released');
  }

  #slot(index: number): Slot {
    const slot = this.#slots[index];
    if (slot === undefined) throw new Error(`no slot ${index}`);
    return slot;
  }
}
