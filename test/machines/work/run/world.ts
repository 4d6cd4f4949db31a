import { expect } from 'vitest';
import type { RunCommand, RunWrite } from '../../../../src/machines/work/run/commands.js';
import type { RunEvent } from '../../../../src/machines/work/run/run-events.js';
import type { SlotStatus } from '../../../../src/machines/work/slot.js';
import { Bench } from './bench.js';
import { expectedRows, ReferenceRun, type ReferenceSettings } from './reference.js';

/** How a slot's program behaves: so many executions that are tried again, then its end. */
export interface Script {
  readonly requeues: number;
  readonly outcome: 'succeeded' | 'failed' | 'timed_out';
}

interface Stored {
  state: 'queued' | 'running' | 'finished' | 'committed';
  status: SlotStatus | null;
  requeues: number;
  outcome: Exclude<SlotStatus, 'skipped_pruned'>;
  row: SlotStatus | null;
}

/** A write that was called and is not on disk: what it does then, and what is answered. */
interface Call {
  readonly name: RunWrite;
  readonly leases: readonly number[];
  readonly apply: () => RunEvent[];
}

const STATES = ['queued', 'running', 'finished', 'committed'] as const;

/**
 * A store, a pool and people around one run, where everything waits until it is told to happen: writes reach the disk,
 * answers arrive, programs end, somebody pauses or cancels, the host dies. Machine and reference hear the same and must
 * ask for the same; what they ask for must be allowed by what is on disk.
 */
export class World {
  readonly stored: Stored[];
  readonly starts: number[] = [];
  #bench: Bench;
  #reference: ReferenceRun;
  #calls: Call[] = [];
  #answers: { readonly event: RunEvent; readonly isLast: boolean }[] = [];
  #running = new Set<number>();
  #stopAs: 'requeue' | 'cancel' | null = null;
  #over = false;
  /** Writes that were called and not answered. */
  #unanswered = 0;

  constructor(
    readonly settings: ReferenceSettings,
    readonly scripts: readonly Script[],
  ) {
    this.stored = scripts.map(({ requeues, outcome }) => ({
      state: 'queued',
      status: null,
      requeues,
      outcome,
      row: null,
    }));
    [this.#bench, this.#reference] = this.#boot();
  }

  /** One thing happens, chosen among all that can; what ends or interrupts the run seldom does. */
  step(choice: number): void {
    const choices = this.#over ? [() => this.#restart()] : choice % 20 === 0 ? this.#rare() : this.#common();
    choices[Math.floor(choice / 20) % choices.length]?.();
  }

  /** Everything that is under way ends well, until the run is complete. Returns the rows. */
  settle(): (SlotStatus | null)[] {
    for (let turns = 0; !this.#isComplete() || !this.#over; turns += 1) {
      expect(turns, `the run is stuck ${JSON.stringify([this.stored, this.#bench.state])}`).toBeLessThan(400);
      if (this.#over) this.#restart();
      this.#hear({ type: 'resume' });
      while (this.#calls.length > 0 || this.#answers.length > 0 || this.#running.size > 0) this.#flush();
      this.#hear({ type: 'capacity.changed', slots: this.settings.concurrency });
    }
    return this.stored.map(({ row }) => row);
  }

  expected(): SlotStatus[] {
    return expectedRows(
      this.stored.map(({ outcome }) => outcome),
      this.settings.failFast,
    );
  }

  #flush(): void {
    this.#apply();
    this.#deliver();
    for (const index of this.#running) this.#end(index);
  }

  #boot(): [Bench, ReferenceRun] {
    const { concurrency, ahead, reorderWindow, failFast, batch, variantCap, describe } = this.settings;
    const schedule = { ...(describe ? { describe } : {}), ...(variantCap ? { variantCap } : {}) };
    const policy = { concurrency, failFast, reorderWindow };
    const bench = new Bench({ ...policy, batch, schedule, ...(ahead === undefined ? {} : { ahead }) });
    const reference = new ReferenceRun(this.settings);
    expect(bench.take()).toEqual(reference.take());
    this.#calls.push({ name: 'load', leases: [], apply: () => [this.#plan()] });
    return [bench, reference];
  }

  /** The host dies, or has ended the run: another one takes it. What was called and not applied is lost. */
  #restart(): void {
    this.#calls = [];
    this.#answers = [];
    this.#running.clear();
    this.#stopAs = null;
    this.#unanswered = 0;
    this.#over = false;
    for (const slot of this.stored) if (slot.state === 'running') slot.state = 'queued';
    [this.#bench, this.#reference] = this.#boot();
  }

  #plan(): RunEvent {
    const slots = Uint8Array.from(this.stored.map(({ state }) => STATES.indexOf(state)));
    const finished = new Map<number, SlotStatus>();
    for (const [index, { state, status }] of this.stored.entries()) {
      if (state === 'finished' && status !== null) finished.set(index, status);
    }
    const hasFailure = this.stored.some(({ row }) => row === 'failed' || row === 'timed_out');
    return { type: 'plan.loaded', plan: { slots, finished, hasFailure } };
  }

  #common(): (() => void)[] {
    const choices: (() => void)[] = [
      () => this.#apply(),
      () => this.#deliver(),
      () => this.#apply(),
      () => this.#deliver(),
    ];
    for (const index of this.#running)
      choices.push(
        () => this.#end(index),
        () => this.#kill(index),
      );
    return choices;
  }

  #rare(): (() => void)[] {
    const events = [{ type: 'pause' }, { type: 'pause' }, { type: 'stop' }, { type: 'espalier.stop' }] as const;
    const slots = this.starts.length % 3;
    return [
      ...events.map((event) => () => this.#hear(event)),
      () => this.#hear({ type: 'resume' }),
      () => this.#hear({ type: 'resume' }),
      () => this.#hear({ type: 'capacity.changed', slots }),
      () => this.#hear({ type: 'capacity.changed', slots: this.settings.concurrency }),
      () => this.#refuse(),
      () => this.#meddle(),
      () => this.#fail(),
      () => this.#restart(),
    ];
  }

  #hear(event: RunEvent): void {
    if (this.#over) return;
    const asked = this.#bench.send(event);
    expect(asked, `after ${JSON.stringify(event)}`).toEqual(this.#reference.tell(event));
    for (const command of asked) this.#perform(command);
  }

  #perform(command: RunCommand): void {
    expect(this.#over, 'nothing is asked for after the end').toBe(false);
    switch (command.type) {
      case 'load':
        return;
      case 'start':
        return this.#start(command.indexes);
      case 'stopRunning':
        this.#stopAs = command.then;
        return;
      case 'done':
        expect(this.#running.size, 'nothing runs after the end').toBe(0);
        expect(this.#unanswered, 'no write is under way after the end').toBe(0);
        this.#over = true;
        return;
      case 'claim':
        return this.#call('claim', () => this.#claim(command.indexes), command.indexes);
      case 'release':
        return this.#call('release', () => this.#release(command.indexes), command.indexes);
      case 'commit':
        return this.#call('commit', () => this.#commit(command.indexes, command.as));
      case 'setStatus':
        return this.#call('status', () => [{ type: 'status.set', to: command.to }]);
      default:
        command satisfies never;
    }
  }

  #call(name: RunWrite, apply: () => RunEvent[], leases: readonly number[] = []): void {
    this.#unanswered += 1;
    this.#calls.push({ name, leases, apply });
  }

  #apply(): void {
    const call = this.#calls.shift();
    if (call) this.#answer(call, call.apply());
  }

  #fail(): void {
    const call = this.#calls.shift();
    if (!call) return;
    this.#answer(call, [{ type: 'write.failed', write: call.name, error: 'disk', indexes: call.leases }]);
  }

  #refuse(): void {
    if (this.#calls[0]?.name !== 'claim') return this.#apply();
    const call = this.#calls.shift();
    if (call) this.#answer(call, [{ type: 'claim.refused', indexes: call.leases }]);
  }

  #deliver(): void {
    const answer = this.#answers.shift();
    if (!answer) return;
    if (answer.isLast) this.#unanswered -= 1;
    this.#hear(answer.event);
  }

  #answer(call: Call, events: readonly RunEvent[]): void {
    for (const [at, event] of events.entries()) {
      this.#answers.push({ event, isLast: call.name !== 'load' && at === events.length - 1 });
    }
  }

  #claim(indexes: readonly number[]): RunEvent[] {
    const granted = indexes.filter((index) => this.stored[index]?.state === 'queued');
    for (const index of granted) this.#set(index, { state: 'running' });
    const refused = indexes.filter((index) => !granted.includes(index));
    const answers: RunEvent[] = [];
    if (granted.length > 0) answers.push({ type: 'claim.granted', indexes: granted });
    if (refused.length > 0) answers.push({ type: 'claim.refused', indexes: refused });
    return answers;
  }

  #release(indexes: readonly number[]): RunEvent[] {
    for (const index of indexes) this.#set(index, { state: 'queued' });
    return [{ type: 'released', indexes }];
  }

  #start(indexes: readonly number[]): void {
    for (const index of indexes) {
      expect(this.stored[index]?.state, `slot ${index} is claimed on disk before it starts`).toBe('running');
      expect(this.#running.has(index)).toBe(false);
      this.#running.add(index);
      this.starts.push(index);
    }
    expect(this.#running.size).toBeLessThanOrEqual(this.settings.concurrency);
  }

  #end(index: number): void {
    const slot = this.stored[index];
    if (!slot || !this.#running.delete(index)) return;
    const { outcome } = slot;
    this.#free(index);
    this.#call('attempt', () => this.#record(index, slot.requeues > 0, outcome), [index]);
  }

  #kill(index: number): void {
    if (this.#stopAs === null || !this.#running.delete(index)) return;
    const requeue = this.#stopAs === 'requeue';
    this.#free(index);
    this.#call('attempt', () => this.#record(index, requeue, 'cancelled', 0), [index]);
  }

  /** Whoever drives the run may say so, and every other one does not. */
  #free(index: number): void {
    if (index % 2 === 0) this.#hear({ type: 'place.freed', index });
  }

  #record(index: number, requeue: boolean, outcome: Stored['outcome'], counts = 1): RunEvent[] {
    const requeues = (this.stored[index]?.requeues ?? 0) - (requeue ? counts : 0);
    this.#set(index, requeue ? { state: 'queued', requeues } : { state: 'finished', status: outcome });
    return [{ type: 'attempt.recorded', index, ...(requeue ? { requeue } : { requeue, outcome }) }];
  }

  /** Somebody cancels the last slot that is queued, from elsewhere. */
  #meddle(): void {
    const index = this.stored.findLastIndex(({ state }) => state === 'queued');
    if (index === -1) return;
    this.#set(index, { state: 'finished', status: 'cancelled', outcome: 'cancelled' });
    const event = { type: 'attempt.recorded', index, requeue: false, outcome: 'cancelled' } as const;
    this.#answers.push({ event, isLast: false });
  }

  #commit(indexes: readonly number[], as: 'cancelled' | 'skipped_pruned' | null): RunEvent[] {
    for (const index of indexes) {
      const slot = this.stored[index];
      expect(
        this.stored.findIndex(({ state }) => state !== 'committed'),
        'rows come in slot order',
      ).toBe(index);
      expect(slot?.row, 'a row is committed once').toBe(null);
      expect(as === null ? ['finished'] : ['finished', 'queued']).toContain(slot?.state);
      this.#set(index, { state: 'committed', row: as ?? slot?.status ?? null });
    }
    return [{ type: 'committed', indexes }];
  }

  #set(index: number, change: Partial<Stored>): void {
    const slot = this.stored[index];
    if (slot) Object.assign(slot, change);
  }

  #isComplete(): boolean {
    return this.stored.every(({ state }) => state === 'committed');
  }
}
