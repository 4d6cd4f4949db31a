import { format } from 'node:util';
import {
  Actor,
  type AnyActorLogic,
  type AnyActorRef,
  type AnyEventObject,
  fromCallback,
  type InspectionEvent,
  type Observer,
  type Snapshot,
  type Subscription,
} from 'xstate';
import type { Clock } from '../../clock.js';
import { EspalierError } from '../../errors.js';
import { type ActionScope, WatchedScope } from './actions.js';
import { type Callback, callbackLogic } from './callback.js';
import { Inspectors } from './inspectors.js';
import { guardedListening, type Outside } from './listeners.js';
import { isMachine, isSwallowed, withoutFinished } from './machine-logic.js';
import { type Letter, type MailboxOptions, type MailboxState, RootDesk } from './mailbox.js';
import { requireOutside } from './outside-events.js';
import { findActors, type NamedActor, type SavedCell, type SavedTimer, savedTimers } from './saved-cell.js';
import type { HostSignal } from './signal.js';
import { CellTimers } from './timers.js';

/**
 * The one file that touches what XState keeps to itself. A cell's root actor gets an `ActorHost` as its parent and as its
 * system; so every actor that is created, started, ended or written to inside the cell passes through here.
 */

/** What we use of an actor beyond its public interface. */
interface HostedActor {
  readonly id: string;
  readonly sessionId: string;
  readonly systemId?: string | undefined;
  readonly system: unknown;
  readonly _parent?: unknown;
  readonly _processingStatus: number;
  _actorScope: ActionScope;
  _snapshot: Snapshot<unknown>;
  logic: AnyActorLogic;
  start(): unknown;
  getSnapshot(): Snapshot<unknown>;
  getPersistedSnapshot(): Snapshot<unknown>;
  subscribe: Actor<AnyActorLogic>['subscribe'];
  on: Actor<AnyActorLogic>['on'];
  _send(event: AnyEventObject): void;
  _stop(): unknown;
}

const NOT_STARTED = 0;
const STOPPED = 2;
const STOP = 'xstate.stop';
/** Makes an actor throw what was thrown on its behalf: by an observer, a handler, or later by an asynchronous function. */
const THROW = 'espalier.throw';

let sessions = 0;

/** The XState system of one cell, and the parent of its root. */
export class ActorHost {
  readonly system = this;
  readonly _clock: Clock;
  readonly scheduler: CellTimers;
  readonly #signal: (signal: HostSignal) => void;
  /** The running children of each actor, by id. Those XState has lost sight of are still in here. */
  #children: Map<unknown, Map<string, HostedActor>> | undefined;
  #root: HostedActor | undefined;
  #keyed: Map<string, AnyActorRef> | undefined;
  #inspectors: Inspectors | undefined;
  #finished: HostedActor[] | undefined;
  readonly #desk: RootDesk;

  constructor(clock: Clock, signal: (signal: HostSignal) => void, mailbox?: MailboxOptions) {
    this._clock = clock;
    this.#signal = signal;
    this.#desk = new RootDesk(clock, mailbox, this);
    this.scheduler = new CellTimers(clock, { relay: (source, target, event) => this._relay(source, target, event) });
  }

  /** Makes the root; nothing runs yet. */
  create(
    logic: AnyActorLogic,
    options: { id: string; input: unknown; snapshot?: Snapshot<unknown> | undefined },
  ): void {
    const actor: unknown = Reflect.construct(Actor, [logic, { ...options, parent: this }]);
    this.#root = hosted(actor);
  }

  get root(): HostedActor & AnyActorRef {
    if (!this.#root || !isActorRef(this.#root)) throw new EspalierError('ESP_STOPPED', 'the cell has no actor');
    return this.#root;
  }

  /** Whether the root has been started and has not ended. */
  get running(): boolean {
    return this.#root?._processingStatus === 1;
  }

  start(): void {
    this.#desk.work(() => this.root.start());
  }

  /** False if nobody will receive it. */
  send(event: AnyEventObject): boolean {
    return this.#deliver(undefined, this.root, event);
  }

  /** Stops the newest first, each after what it started; disposers run. The root follows at once, or after its present event. */
  stop(): void {
    this.#desk.work(() => {
      this.#stopBelow(this.root);
      this.root._stop();
    });
  }

  get mailbox(): MailboxState {
    return this.#desk.state();
  }

  get outside(): Outside {
    const { root } = this;
    return { subscribe: watching.subscribe.bind(root), on: watching.on.bind(root) };
  }

  /** What the root, with all that it has started, can go on from. @throws when an actor below cannot be persisted */
  persist(): SavedCell {
    const snapshot = this.root.getPersistedSnapshot();
    return { snapshot, timers: savedTimers(this.scheduler.pending(), this.#named(this.root, [])) };
  }

  /** Sets the timers again that XState does not restore; one that is overdue comes at once. */
  resume(timers: readonly SavedTimer[]): void {
    for (const { source, target, event, id, due } of findActors(timers, this.#named(this.root, []))) {
      this.scheduler.schedule(source, target, event, Math.max(0, due - this._clock.now()), id);
    }
  }

  /** An actor and those below it, each with the ids that lead to it. */
  *#named(actor: HostedActor, ids: readonly string[]): Generator<NamedActor> {
    if (isActorRef(actor)) yield { ids, actor };
    for (const [id, child] of this.#children?.get(actor) ?? []) yield* this.#named(child, [...ids, id]);
  }

  #stopBelow(actor: HostedActor): void {
    const children = this.#children?.get(actor);
    if (!children) return;
    for (const child of [...children.values()].reverse()) {
      this.#stopBelow(child);
      child._stop();
    }
  }

  // What XState calls on a parent.

  _send(event: AnyEventObject): void {
    const { id } = this.root;
    if (event.type === `xstate.done.actor.${id}` || event.type === `xstate.error.actor.${id}`) return;
    this.#signal({ type: 'sent', event });
  }

  // What XState calls on a system.

  /** XState's `log` writes to stdout by default, which belongs to the host's own output. */
  _logger(...args: unknown[]): void {
    process.stderr.write(`${format(...args)}\n`);
  }

  _bookId(): string {
    return `e:${sessions++}`;
  }

  _register(_sessionId: string, ref: AnyActorRef): void {
    const actor = hosted(ref);
    if (actor === this.#root) return;
    this.#children ??= new Map();
    const siblings = this.#children.get(actor._parent) ?? new Map<string, HostedActor>();
    this.#children.set(actor._parent, siblings);
    const namesake = siblings.get(actor.id);
    siblings.delete(actor.id);
    siblings.set(actor.id, actor);
    if (namesake && namesake !== actor) namesake._stop();
  }

  /** XState calls this early too, when it has only decided to stop an actor; such an actor is still watched. */
  _unregister(ref: AnyActorRef): void {
    const actor = hosted(ref);
    const { systemId } = actor;
    if (systemId !== undefined && this.#keyed?.get(systemId) === ref) this.#keyed.delete(systemId);
    if (actor._processingStatus === STOPPED) this.#ended(actor);
  }

  get(systemId: string): AnyActorRef | undefined {
    return this.#keyed?.get(systemId);
  }

  getAll(): Record<string, AnyActorRef> {
    return Object.fromEntries(this.#keyed ?? []);
  }

  _set(systemId: string, ref: AnyActorRef): void {
    this.#keyed ??= new Map();
    const existing = this.#keyed.get(systemId);
    if (existing && existing !== ref) throw new EspalierError('ESP_CONFLICT', `system id '${systemId}' is taken`);
    this.#keyed.set(systemId, ref);
  }

  _relay(source: AnyActorRef | undefined, target: AnyActorRef | ActorHost, event: AnyEventObject): void {
    // XState names no source for what somebody outside sends to a reference.
    if (source === undefined) requireOutside(event);
    if (target === this) return this._send(event);
    if (!isHosted(target) && !(target instanceof ActorHost)) return target.send(event);
    if (target instanceof ActorHost) return target._send(event);
    this.#deliver(source, target, event);
  }

  #deliver(source: AnyActorRef | undefined, target: AnyActorRef, event: AnyEventObject): boolean {
    const actor = hosted(target);
    const isRoot = actor === this.#root;
    if (actor._processingStatus === STOPPED) {
      this.dead(event, 'ended');
      return false;
    }
    if (!isRoot) this.#receive(source, target, event);
    else if (this.#desk.busy || actor._processingStatus === NOT_STARTED) return this.#desk.wait(source, event);
    else this.#desk.work(() => this.#receive(source, target, event));
    return true;
  }

  /** Gives the root what has waited for it. */
  handOver({ source, event }: Letter): void {
    const { root } = this;
    if (root._processingStatus === STOPPED) this.dead(event, 'ended');
    else this.#receive(source, root, event);
  }

  dead(event: AnyEventObject, reason: 'ended' | 'mailbox_full'): void {
    this.#signal({ type: 'dead', event, reason });
  }

  #receive(source: AnyActorRef | undefined, target: AnyActorRef, event: AnyEventObject): void {
    if (this.#inspectors?.any) {
      const rootId = this.#root?.sessionId ?? '';
      this.#inspectors.tell({ type: '@xstate.event', sourceRef: source, actorRef: target, event, rootId });
    }
    hosted(target)._send(event);
  }

  _sendInspectionEvent(event: InspectionEvent): void {
    if (event.type === '@xstate.actor') this.#adopt(event.actorRef);
    if (event.type === '@xstate.snapshot') {
      const isRoot = hosted(event.actorRef) === this.#root;
      this.#signal(isRoot ? { type: 'changed', snapshot: event.snapshot } : { type: 'changed.below' });
    }
    if (this.#inspectors?.any) this.#inspectors.tell({ ...event, rootId: this.#root?.sessionId ?? '' });
  }

  /** Attaches an inspector: what it throws harms nobody. Without one, inspection costs nothing. */
  inspect(observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): Subscription {
    this.#inspectors ??= new Inspectors((error) => this.fault(error));
    return this.#inspectors.add(observer);
  }

  /** Takes an actor in while its constructor runs: before its logic runs, before anybody can subscribe to it. */
  #adopt(ref: unknown): void {
    const actor = hosted(ref);
    if (isMachine(actor.logic)) {
      actor._actorScope = new WatchedScope(actor._actorScope, (error) => this.fail(actor, error));
    }
    actor.logic = guarded(actor.logic);
    actor.subscribe = listening.subscribe;
    actor.on = listening.on;
  }

  #ended(actor: HostedActor): void {
    const siblings = this.#children?.get(actor._parent);
    if (siblings?.get(actor.id) === actor) siblings.delete(actor.id);
    if (siblings?.size === 0) this.#children?.delete(actor._parent);
    this.#stopBelow(actor);
    if (actor._actorScope instanceof WatchedScope) actor._actorScope.release();
    if (actor === this.#root) this.#signal({ type: 'ended', snapshot: actor.getSnapshot() });
    else this.#removeLater(actor);
  }

  /** A finished child leaves its parent's snapshot once the parent has had its done event; many of one turn leave together. */
  #removeLater(actor: HostedActor): void {
    if (this.#finished) {
      this.#finished.push(actor);
      return;
    }
    this.#finished = [actor];
    setImmediate(() => {
      const finished = this.#finished ?? [];
      this.#finished = undefined;
      for (const parent of new Set(finished.map((child) => child._parent)))
        if (isHosted(parent)) parent._snapshot = withoutFinished(parent.getSnapshot(), finished);
    });
  }

  /** Makes an actor fail as if its logic had thrown; one that has ended cannot fail any more. */
  fail(ref: unknown, error: unknown): void {
    const actor = hosted(ref);
    if (actor._processingStatus === STOPPED || actor.getSnapshot().status !== 'active') this.fault(error);
    else actor._send({ type: THROW, error });
  }

  /** Called before an actor ends as crashed. */
  failing(ref: unknown): void {
    if (ref === this.#root) this.#signal({ type: 'failing' });
  }

  fault(error: unknown): void {
    this.#signal({ type: 'fault', error });
  }
}

function isHosted(value: unknown): value is HostedActor {
  return typeof value === 'object' && value !== null && '_processingStatus' in value && '_actorScope' in value;
}

/** @throws EspalierError `ESP_PLATFORM` if XState's actors are not made as we know them */
function hosted(value: unknown): HostedActor {
  if (isHosted(value)) return value;
  throw new EspalierError('ESP_PLATFORM', 'this version of XState is not the one Espalier was built for (5.33)');
}

function isActorRef(actor: HostedActor): actor is HostedActor & AnyActorRef {
  return 'send' in actor && 'src' in actor;
}

/** The host of an actor; none for actors that live outside cells. */
function hostOf(actor: { readonly system: unknown }): ActorHost | undefined {
  return actor.system instanceof ActorHost ? actor.system : undefined;
}

const listening = guardedListening((actor, error) => isHosted(actor) && hostOf(actor)?.fail(actor, error));

const watching = guardedListening((actor, error) => isHosted(actor) && hostOf(actor)?.fault(error));

const guardedLogics = new WeakMap<AnyActorLogic, AnyActorLogic>();

/** XState marks callback logic in no way; but all of it has one and the same transition function. */
const CALLBACK_SOURCE = fromCallback(() => undefined).transition.toString();

function isCallback(logic: AnyActorLogic): logic is AnyActorLogic & { config: Callback } {
  return typeof logic.config === 'function' && logic.transition.toString() === CALLBACK_SOURCE;
}

/** The logic as cells run it: what it throws ends its actor and runs its disposers, and its disposers harm nobody. */
function guarded(logic: AnyActorLogic): AnyActorLogic {
  const known = guardedLogics.get(logic);
  if (known) return known;
  const made = guardTransition(isCallback(logic) ? callbackLogic(logic.config, callbackHost) : logic);
  guardedLogics.set(logic, made);
  guardedLogics.set(made, made);
  return made;
}

const callbackHost = {
  sendBack: (self: AnyActorRef, event: AnyEventObject) => {
    if (self._parent) hostOf(self)?._relay(self, self._parent, event);
  },
  fail: (self: AnyActorRef, error: unknown) => hostOf(self)?.fail(self, error),
  fault: (self: AnyActorRef, error: unknown) => hostOf(self)?.fault(error),
};

function guardTransition(logic: AnyActorLogic): AnyActorLogic {
  const stop: AnyActorLogic['transition'] = (snapshot, event, scope) => {
    try {
      return logic.transition(snapshot, event, scope);
    } catch (error) {
      hostOf(scope)?.fault(error);
      return { ...snapshot, status: 'stopped', error: undefined };
    }
  };
  const transition: AnyActorLogic['transition'] = (snapshot, event, scope) => {
    if (event.type === STOP) return stop(snapshot, event, scope);
    try {
      const isChildError = event.type.startsWith('xstate.error.actor.');
      if (event.type === THROW || (isChildError && isSwallowed(logic, snapshot, event))) throw event.error;
      const next = logic.transition(snapshot, event, scope);
      if (next.status === 'error') hostOf(scope)?.failing(scope.self);
      return next;
    } catch (error) {
      hostOf(scope)?.failing(scope.self);
      // A machine's children are stopped by the host; other logics dispose of what they hold when they are stopped.
      if (!isMachine(logic)) stop(snapshot, { type: STOP }, scope);
      throw error;
    }
  };
  return Object.create(logic, {
    transition: { value: transition },
    getInitialSnapshot: { value: logic.getInitialSnapshot.bind(logic) },
    getPersistedSnapshot: { value: logic.getPersistedSnapshot.bind(logic) },
    restoreSnapshot: { value: logic.restoreSnapshot?.bind(logic) },
    start: { value: logic.start?.bind(logic) },
  });
}
