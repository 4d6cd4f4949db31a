import type { RunCommand, RunEnd } from '../../../../src/machines/work/run/commands.js';
import type { LoadedPlan, RunEvent } from '../../../../src/machines/work/run/run-events.js';
import type { SlotStatus } from '../../../../src/machines/work/slot.js';

/** What a naive run is made of: everything is looked up again at every event, nothing is remembered twice. */
export interface ReferenceSettings {
  readonly concurrency: number;
  /** Without it: as many as start while a claim is on its way, at least 1 and at most twice the places. */
  readonly ahead?: number | undefined;
  readonly reorderWindow: number;
  readonly failFast: boolean;
  readonly batch: number;
  readonly variantCap?: number;
  readonly describe?: (index: number) => { variant?: string; chain?: string };
}

interface Slot {
  stage: 'pending' | 'claiming' | 'ready' | 'started' | 'recording' | 'releasing' | 'finished' | 'committed';
  status: SlotStatus | null;
  /** When it was granted, for the order of starts. */
  granted: number;
  /** How many had started when it was asked for. */
  asked: number;
  /** It ended elsewhere while a write about it was under way, and that is still to be answered. */
  owed: boolean;
}

type Aim =
  | 'loading'
  | 'loading to pause'
  | 'running'
  | 'cancelling'
  | 'pausing'
  | 'paused'
  | 'parking'
  | 'stopping'
  | 'stopping, writing'
  | 'interrupting'
  | 'interrupting, writing'
  | 'completing'
  | 'failing'
  | 'over';

const failures: readonly (SlotStatus | null)[] = ['failed', 'timed_out'];

/** The rows of a run by the words of the promise alone: schedule and outcomes in, statuses out. */
export function expectedRows(outcomes: readonly SlotStatus[], failFast: boolean): SlotStatus[] {
  const first = outcomes.findIndex((outcome) => failures.includes(outcome));
  return outcomes.map((outcome, index) => (failFast && first !== -1 && index > first ? 'cancelled' : outcome));
}

/** A run as one would write it for ten slots: slow, in one piece, and apart from the machine that it is compared with. */
export class ReferenceRun {
  slots: Slot[] = [];
  aim: Aim = 'loading';
  closed = false;
  held = false;
  capacity = Number.POSITIVE_INFINITY;
  committing: { indexes: number[]; as: 'cancelled' | null } | null = null;
  statusWrites = 0;
  error: unknown;
  #clock = 0;
  #begun = 0;
  #pace = 0;
  #out: RunCommand[] = [{ type: 'load' }];

  constructor(readonly settings: ReferenceSettings) {}

  take(): RunCommand[] {
    return this.#out.splice(0);
  }

  tell(event: RunEvent): RunCommand[] {
    if (this.aim === 'over') return [];
    this.#learn(event);
    this.#turn(event);
    this.#advance();
    for (let next = this.#drift(); next !== null; next = this.#drift()) {
      this.#go(next);
      this.#advance();
    }
    return this.take();
  }

  #learn(event: RunEvent): void {
    if (event.type === 'attempt.recorded' || event.type === 'capacity.changed') this.held = false;
    if (event.type === 'capacity.changed') this.capacity = event.slots;
    if (event.type === 'claim.refused') this.held = true;
    if (event.type === 'status.set') this.statusWrites -= 1;
    if (event.type === 'place.freed' && this.slots[event.index]?.stage === 'started') {
      this.#set(event.index, 'recording');
    }
    if (event.type === 'claim.granted') for (const index of event.indexes) this.#grant(index);
    if (event.type === 'claim.refused' || event.type === 'released') this.#back(event.indexes);
    if (event.type === 'attempt.recorded' && event.requeue) this.#back([event.index]);
    if (event.type === 'attempt.recorded' && !event.requeue) this.#finish(event.index, event.outcome);
    if (event.type === 'committed') this.#confirm();
    if (event.type !== 'write.failed') return;
    this.#back(event.indexes ?? []);
    if (event.write === 'commit') this.committing = null;
    if (event.write === 'status') this.statusWrites -= 1;
  }

  #grant(index: number): void {
    const slot = this.slots[index];
    if (slot) slot.owed = false;
    if (slot?.stage !== 'claiming') return;
    this.#clock += 1;
    slot.stage = 'ready';
    slot.granted = this.#clock;
    this.#pace = Math.max(this.#begun - slot.asked, this.#pace - 1);
  }

  #back(indexes: readonly number[]): void {
    for (const index of indexes) {
      const slot = this.slots[index];
      if (!slot) continue;
      slot.owed = false;
      if (this.#isLeased(slot)) slot.stage = 'pending';
    }
  }

  #finish(index: number, status: SlotStatus): void {
    const slot = this.slots[index];
    if (!slot || slot.stage === 'finished' || slot.stage === 'committed') return;
    slot.owed = slot.stage === 'claiming' || slot.stage === 'releasing';
    slot.stage = 'finished';
    slot.status = status;
  }

  #confirm(): void {
    for (const index of this.committing?.indexes ?? []) {
      const slot = this.slots[index];
      if (!slot) continue;
      slot.stage = 'committed';
      slot.status = this.committing?.as ?? slot.status;
      if (this.settings.failFast && failures.includes(slot.status)) this.closed = true;
    }
    this.committing = null;
  }

  /** What somebody wants changes what the run is about. */
  #turn(event: RunEvent): void {
    const ending = /^(stopping|interrupting|parking|completing|failing)/.test(this.aim);
    if (event.type === 'write.failed' && this.aim !== 'failing') {
      this.error = event.error;
      this.#go('failing');
    } else if (event.type === 'plan.loaded' && this.aim.startsWith('loading')) {
      this.#open(event.plan);
      this.#go(this.aim === 'loading' ? 'running' : 'pausing');
    } else if (event.type === 'pause' && this.aim === 'loading') this.aim = 'loading to pause';
    else if (event.type === 'resume' && this.aim === 'loading to pause') this.aim = 'loading';
    else if (event.type === 'pause' && this.aim === 'running') this.#go('pausing');
    else if (event.type === 'resume' && (this.aim === 'pausing' || this.aim === 'paused')) {
      this.held = false;
      this.#setStatus('running');
      this.#go('running');
    } else if (event.type === 'stop' && !ending) this.#go('stopping');
    else if (event.type === 'espalier.stop' && !ending) this.#go(this.aim === 'paused' ? 'parking' : 'interrupting');
  }

  #open(plan: LoadedPlan): void {
    const stages = ['pending', plan.running === 'ours' ? 'started' : 'pending', 'finished', 'committed'] as const;
    this.slots = [...plan.slots].map((byte, index) => ({
      stage: stages[byte] ?? 'pending',
      status: plan.finished.get(index) ?? null,
      granted: 0,
      asked: 0,
      owed: false,
    }));
    this.closed = this.settings.failFast && plan.hasFailure;
  }

  #go(aim: Aim): void {
    this.aim = aim;
    const started = this.slots.some(({ stage }) => stage === 'started');
    const stops = ['cancelling', 'stopping', 'interrupting', 'failing'].includes(aim);
    const then = this.closed ? 'cancel' : 'requeue';
    if (stops && started) this.#out.push({ type: 'stopRunning', then });
    if (aim === 'paused') this.#setStatus('paused');
    if (aim === 'completing') this.#setStatus('completed');
    if (aim === 'stopping, writing') this.#setStatus('stopped');
    if (aim === 'interrupting, writing') this.#setStatus('interrupted');
  }

  #setStatus(to: 'running' | 'paused' | 'completed' | 'stopped' | 'interrupted'): void {
    this.statusWrites += 1;
    this.#out.push({ type: 'setStatus', to });
  }

  /** What follows from how things stand. Null when nothing does. */
  #drift(): Aim | null {
    const complete = this.slots.every(({ stage }) => stage === 'committed');
    const isWriting = this.committing !== null || this.statusWrites > 0 || this.slots.some(({ owed }) => owed);
    const idle = !this.slots.some((it) => this.#isLeased(it)) && !isWriting;
    const quiet = idle && this.#due().length === 0;
    const loaded = this.slots.length > 0;
    if (/^(running|cancelling|pausing|paused|stopping|interrupting)$/.test(this.aim) && loaded && complete)
      return 'completing';
    if (this.aim === 'running' && this.closed) return 'cancelling';
    if (this.aim === 'pausing' && quiet) return 'paused';
    if (this.aim === 'stopping' && quiet) return 'stopping, writing';
    if (this.aim === 'interrupting' && quiet) return 'interrupting, writing';
    const ends: Partial<Record<Aim, RunEnd>> = {
      'stopping, writing': 'stopped',
      'interrupting, writing': 'interrupted',
      completing: 'completed',
      parking: 'paused',
      failing: 'failed',
    };
    const end = ends[this.aim];
    if (end === undefined || !(this.aim === 'failing' ? idle : quiet)) return null;
    this.#out.push({ type: 'done', end, ...(end === 'failed' ? { error: this.error } : {}) });
    return 'over';
  }

  #advance(): void {
    if (this.aim === 'over' || this.aim.startsWith('loading')) return;
    if (this.aim === 'running' && !this.closed) {
      this.#ask('start', this.#start());
      this.#ask('claim', this.#claim());
    }
    if (this.aim !== 'running') this.#ask('release', this.#move('ready', 'releasing'));
    const indexes = this.aim === 'failing' || this.committing !== null ? [] : this.#due();
    if (indexes.length === 0) return;
    this.committing = { indexes, as: this.closed ? 'cancelled' : null };
    this.#out.push({ type: 'commit', ...this.committing });
  }

  #ask(type: 'start' | 'claim' | 'release', indexes: number[]): void {
    if (indexes.length > 0) this.#out.push({ type, indexes });
  }

  #start(): number[] {
    const started: number[] = [];
    for (const index of this.#byGrant()) {
      if (this.#count(({ stage }) => stage === 'started') >= this.#places()) break;
      this.#set(index, 'started');
      this.#begun += 1;
      started.push(index);
    }
    return started;
  }

  #claim(): number[] {
    const claimed: number[] = [];
    if (this.held || this.#places() === 0) return claimed;
    for (let index = 0; index < this.slots.length; index += 1) {
      if (!this.#mayStart(index)) continue;
      if (this.#count((it) => this.#isLeased(it)) >= this.#places() + this.#beyond()) break;
      this.#set(index, 'claiming', this.#begun);
      claimed.push(index);
    }
    return claimed;
  }

  /** What is leased beyond the places: claimed ahead, or ended, up to so many as there are places. */
  #beyond(): number {
    const { ahead = Math.max(1, Math.min(2 * this.#places(), this.#pace)) } = this.settings;
    return (
      ahead +
      Math.min(
        this.#places(),
        this.#count(({ stage }) => stage === 'recording'),
      )
    );
  }

  #mayStart(index: number): boolean {
    const frontier = this.slots.findIndex(({ stage }) => stage !== 'committed');
    if (this.slots[index]?.stage !== 'pending' || index >= frontier + this.settings.reorderWindow) return false;
    const { variant, chain } = this.settings.describe?.(index) ?? {};
    const others = this.slots.map((slot, at) => ({ slot, at, ...this.settings.describe?.(at) }));
    const ofVariant = others.filter((it) => it.variant === variant && this.#isLeased(it.slot)).length;
    if (variant !== undefined && ofVariant >= (this.settings.variantCap ?? Number.POSITIVE_INFINITY)) return false;
    const inTheWay = (at: number, slot: Slot) => this.#isLeased(slot) || (at < index && slot.stage === 'pending');
    return chain === undefined || !others.some((it) => it.chain === chain && inTheWay(it.at, it.slot));
  }

  #due(): number[] {
    const due: number[] = [];
    for (const [index, { stage, status }] of this.slots.entries()) {
      if (stage === 'committed') continue;
      if (due.length >= this.settings.batch) break;
      if (stage !== 'finished' && !(this.closed && stage === 'pending')) break;
      due.push(index);
      if (this.settings.failFast && !this.closed && failures.includes(status)) break;
    }
    return due;
  }

  #places(): number {
    return Math.min(this.settings.concurrency, this.capacity);
  }

  #isLeased({ stage }: Slot): boolean {
    return ['claiming', 'ready', 'started', 'recording', 'releasing'].includes(stage);
  }

  #count(which: (slot: Slot) => boolean): number {
    return this.slots.filter(which).length;
  }

  #byGrant(): number[] {
    const ready = [...this.slots.entries()].filter(([, { stage }]) => stage === 'ready');
    return ready.sort(([, a], [, b]) => a.granted - b.granted).map(([index]) => index);
  }

  #move(from: Slot['stage'], to: Slot['stage']): number[] {
    const indexes = from === 'ready' ? this.#byGrant() : [];
    for (const index of indexes) this.#set(index, to);
    return indexes;
  }

  #set(index: number, stage: Slot['stage'], asked = 0): void {
    const slot = this.slots[index];
    if (slot) Object.assign(slot, { stage, asked });
  }
}
