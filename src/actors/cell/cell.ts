import type { AnyActorRef, AnyEventObject, InspectionEvent, Snapshot, Subscription } from 'xstate';
import type { ActorRole } from '../../actor-role.js';
import type { Clock } from '../../clock.js';
import { EspalierError, isEspalierError, Shutdown, toErrorRecord } from '../../errors.js';
import { tell } from '../../listener.js';
import type { ActorExit } from '../../machines/exits/exit.js';
import type { Shutdown as ShutdownTime } from '../../machines/supervise/state/child-policy.js';
import type { Outside } from './listeners.js';
import type { Logic } from './logic.js';
import { handles } from './machine-logic.js';
import type { MailboxOptions, MailboxState } from './mailbox.js';
import { requireTakesEvents } from './outside-events.js';
import type { CellKeeper, SavedCell } from './saved-cell.js';
import type { HostSignal } from './signal.js';
import { ActorHost } from './xstate.js';

export interface CellOptions {
  readonly path: string;
  readonly incarnation: number;
  readonly logic: Logic;
  readonly input?: unknown;
  /** What it goes on from. */
  readonly saved?: SavedCell | undefined;
  /** Saves its state. */
  readonly keeper?: CellKeeper | undefined;
  /** Without it any number of events may wait. */
  readonly mailbox?: MailboxOptions | undefined;
  readonly clock: Clock;
  readonly role: ActorRole;
  /** An event that nobody received: its actor had ended, or its mailbox was full. */
  readonly onDeadLetter?: (event: AnyEventObject, reason: 'ended' | 'mailbox_full') => void;
  /** How it has ended, by what its logic has put out; an output is a normal end without this. */
  readonly exitOf?: ((exit: ActorExit, output: unknown) => ActorExit) | undefined;
  /** Each settled change of the root. */
  readonly onSnapshot?: (snapshot: Snapshot<unknown>) => void;
  /** What the logic sends to its parent; a dead letter without this. */
  readonly onSent?: (event: AnyEventObject) => void;
  /** What threw where it could harm nobody any more: a disposer, an outside subscriber, an inspector. */
  readonly onFault?: (error: unknown) => void;
}

type SnapshotListener = (snapshot: Snapshot<unknown>) => void;

interface StartWaiter {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * One incarnation of any XState logic, the root of its own actor system. A throw anywhere in it stops everything it
 * started and runs disposers; its stop can be awaited; its exit is a value, delivered once. No error of it reaches the
 * process.
 *
 * @example
 * const cell = new Cell({ path: '/orders', incarnation: 1, logic: orderMachine, clock, role: 'machine' });
 * await cell.start();
 * cell.send({ type: 'order' });
 * const exit = await cell.stop(5000); // { kind: 'shutdown' }
 */
export class Cell {
  readonly path: string;
  readonly incarnation: number;
  readonly role: ActorRole;
  /** When it was made, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly #options: CellOptions;
  readonly #host: ActorHost;
  #exit: ActorExit | undefined;
  #exited: Promise<ActorExit> | undefined;
  #deliverExit: ((exit: ActorExit) => void) | undefined;
  #asked: { readonly reason: unknown } | undefined;
  #killed = false;
  #deadline: { readonly at: number; readonly timer: unknown } | undefined;
  /** Who waits for its start. */
  #waiter: StartWaiter | undefined;
  #listeners: Set<SnapshotListener> | undefined;

  constructor(options: CellOptions) {
    this.path = options.path;
    this.incarnation = options.incarnation;
    this.role = options.role;
    this.startedAt = options.clock.now();
    this.#options = options;
    this.#host = new ActorHost(options.clock, (signal) => this.#on(signal), options.mailbox);
    const { logic, input, saved } = options;
    this.#host.create(logic, { id: options.path, input, snapshot: saved?.snapshot });
  }

  /** How it ended, if it has. */
  get exit(): ActorExit | undefined {
    return this.#exit;
  }

  /** Resolves once, when it has ended; never rejects. */
  get exited(): Promise<ActorExit> {
    this.#exited ??= this.#exit
      ? Promise.resolve(this.#exit)
      : new Promise((resolve) => {
          this.#deliverExit = resolve;
        });
    return this.#exited;
  }

  /** The root as XState knows it, for machines that address each other by reference. */
  get ref(): AnyActorRef {
    return this.#host.root;
  }

  /**
   * Resolves when it has started: its snapshot lacks the tag `espalier.starting`. One that finishes first counts as
   * started. Call it once.
   *
   * @throws what the actor threw; `Shutdown` if it shut itself down or was stopped first; `ESP_STOPPED` if it was killed
   */
  start(): Promise<void> {
    if (!this.#exit) this.#begin();
    if (!this.#exit && isStarting(this.getSnapshot())) {
      return new Promise((resolve, reject) => {
        this.#waiter = { resolve, reject };
      });
    }
    return new Promise((resolve, reject) => settleStart(this, { resolve, reject }));
  }

  /** Delivers an event at once, or when the actor has done what it is doing; after the exit it is a dead letter, and false. */
  send(event: AnyEventObject): boolean {
    return this.#host.send(event);
  }

  /** Whether it takes an event of somebody outside. @throws EspalierError `ESP_INVALID` if not */
  requireTakes(event: AnyEventObject): void {
    requireTakesEvents(this.path, this.role, this.#options.logic, event);
  }

  /** Whether its machine names an event among those it handles. */
  handles(type: string): boolean {
    return handles(this.#options.logic, type);
  }

  /** The events that wait until the actor has done what it is doing. */
  get mailbox(): MailboxState {
    return this.#host.mailbox;
  }

  /** What another cell of this logic can go on from. @throws EspalierError `ESP_SNAPSHOT` if an actor inside has no name */
  persist(): SavedCell {
    try {
      return this.#host.persist();
    } catch (cause) {
      throw new EspalierError('ESP_SNAPSHOT', `${this.path} cannot be saved: ${toErrorRecord(cause).message}`, {
        cause,
      });
    }
  }

  /** Ends it as crashed, as if its logic had thrown `error`. */
  fail(error: unknown): void {
    if (!this.#exit) this.#host.fail(this.#host.root, error);
  }

  getSnapshot(): Snapshot<unknown> {
    return this.#host.root.getSnapshot();
  }

  /** Calls `listener` with each settled change. What it throws is reported as a fault and harms nobody. */
  subscribe(listener: SnapshotListener): Subscription {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return { unsubscribe: () => void this.#listeners?.delete(listener) };
  }

  /** Its root's `subscribe` and `on` for those outside: what their listeners throw is reported as a fault and harms nobody. */
  get outside(): Outside {
    return this.#host.outside;
  }

  /** Attaches an XState inspector to everything inside; costs nothing while none is attached. */
  inspect(inspector: (event: InspectionEvent) => void): Subscription {
    return this.#host.inspect(inspector);
  }

  /**
   * Stops it, and resolves with its exit. A machine whose events name `espalier.stop` is sent it, and killed when
   * `shutdown` ms have passed without its end; any other logic is stopped at once.
   */
  stop(shutdown: ShutdownTime, reason?: unknown): Promise<ActorExit> {
    if (shutdown === 'kill') return this.kill();
    if (this.#exit) return this.exited;
    this.#options.keeper?.freeze(this);
    const first = !this.#asked;
    this.#asked ??= { reason };
    if (!this.#host.running) this.#halt();
    else if (!this.handles('espalier.stop')) this.#host.stop();
    else this.#ask(first, shutdown, reason);
    return this.exited;
  }

  /** Ends it at once, whatever it does; disposers run. Resolves with its exit. */
  kill(): Promise<ActorExit> {
    if (this.#exit) return this.exited;
    this.#options.keeper?.freeze(this);
    this.#killed = true;
    if (this.#host.running) this.#host.stop();
    else this.#halt();
    return this.exited;
  }

  #begin(): void {
    this.#host.start();
    if (!this.#exit && this.#options.saved) this.#host.resume(this.#options.saved.timers);
  }

  #ask(first: boolean, shutdown: number | 'infinity', reason: unknown): void {
    if (first) this.#host.send({ type: 'espalier.stop', reason });
    if (this.#exit || shutdown === 'infinity') return;
    const { clock } = this.#options;
    const deadline = clock.now() + shutdown;
    // The earliest deadline counts, whoever set it.
    if (this.#deadline !== undefined && this.#deadline.at <= deadline) return;
    if (this.#deadline) clock.clearTimeout(this.#deadline.timer);
    this.#deadline = { at: deadline, timer: clock.setTimeout(() => void this.kill(), shutdown) };
  }

  /** The end of one that never ran. */
  #halt(): void {
    this.#host.stop();
    this.#end(this.#stopped());
  }

  #on(signal: HostSignal): void {
    switch (signal.type) {
      case 'changed':
        return this.#changed(signal.snapshot);
      case 'changed.below':
        return this.#options.keeper?.changed(this);
      case 'failing':
        return this.#options.keeper?.freeze(this);
      case 'ended':
        return this.#ended(signal.snapshot);
      case 'sent':
        if (this.#options.onSent) return this.#options.onSent(signal.event);
        return this.#options.onDeadLetter?.(signal.event, 'ended');
      case 'dead':
        return this.#options.onDeadLetter?.(signal.event, signal.reason);
      case 'fault':
        return this.#options.onFault?.(signal.error);
      default:
        signal satisfies never;
    }
  }

  #changed(snapshot: Snapshot<unknown>): void {
    if (snapshot.status === 'active') this.#options.keeper?.changed(this);
    if (this.#waiter && !isStarting(snapshot)) this.#settleStart();
    if (this.#options.onSnapshot) this.#notify(this.#options.onSnapshot, snapshot);
    for (const listener of this.#listeners ?? []) this.#notify(listener, snapshot);
    if (this.#exit) this.#listeners = undefined;
  }

  #notify(listener: SnapshotListener, snapshot: Snapshot<unknown>): void {
    tell(
      () => listener(snapshot),
      (error) => this.#options.onFault?.(error),
    );
  }

  #ended(snapshot: Snapshot<unknown>): void {
    const exit = this.#exitOf(snapshot);
    const { exitOf } = this.#options;
    this.#end(exitOf && snapshot.status === 'done' ? exitOf(exit, snapshot.output) : exit);
  }

  #exitOf(snapshot: Snapshot<unknown>): ActorExit {
    switch (snapshot.status) {
      case 'error':
        return exitOfError(snapshot.error);
      case 'done':
        return this.#asked ? this.#stopped() : { kind: 'normal', output: snapshot.output };
      case 'active':
      case 'stopped':
        return this.#stopped();
      default:
        return snapshot satisfies never;
    }
  }

  #stopped(): ActorExit {
    if (this.#killed) return { kind: 'killed' };
    return this.#asked?.reason === undefined ? { kind: 'shutdown' } : { kind: 'shutdown', reason: this.#asked.reason };
  }

  #end(exit: ActorExit): void {
    this.#exit = exit;
    if (exit.kind === 'normal') this.#options.keeper?.finished();
    if (this.#deadline) this.#options.clock.clearTimeout(this.#deadline.timer);
    this.#settleStart();
    this.#deliverExit?.(exit);
  }

  #settleStart(): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter) settleStart(this, waiter);
  }
}

function settleStart({ exit, path }: Cell, { resolve, reject }: StartWaiter): void {
  if (!exit || exit.kind === 'normal') resolve();
  else if (exit.kind === 'crash') reject(exit.error);
  else if (exit.kind === 'shutdown') reject(new Shutdown(exit.reason));
  else reject(new EspalierError('ESP_STOPPED', `${path} was killed before it had started`));
}

function exitOfError(error: unknown): ActorExit {
  if (!isShutdown(error)) return { kind: 'crash', error };
  return error.reason === undefined ? { kind: 'shutdown' } : { kind: 'shutdown', reason: error.reason };
}

/** Whether an error is a `Shutdown`, also one of a second installed copy. */
function isShutdown(error: unknown): error is Shutdown {
  return isEspalierError(error) && error.code === 'ESP_SHUTDOWN';
}

function isStarting(snapshot: Snapshot<unknown>): boolean {
  return 'tags' in snapshot && snapshot.tags instanceof Set && snapshot.tags.has('espalier.starting');
}
