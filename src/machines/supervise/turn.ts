import type { NewJournalEvent } from '../events.js';
import { toCrashRecord } from '../exits/crash-record.js';
import type { ActorExit } from '../exits/exit.js';
import type { Child } from './state/children.js';
import type { CallResult, SuperviseCommand } from './state/commands.js';
import type { ChildRef, WaitingEvent } from './state/events.js';
import { EMPTY, push, shift } from './state/queue.js';
import type { Step, SupervisorState } from './state/state.js';

/** One decision in the making: the state so far and the commands so far. It does not outlive the decision. */
export class Turn {
  readonly commands: SuperviseCommand[] = [];

  constructor(
    public state: SupervisorState,
    readonly now: number,
  ) {}

  set(change: Partial<SupervisorState>): void {
    this.state = { ...this.state, ...change };
  }

  command(command: SuperviseCommand): void {
    this.commands.push(command);
  }

  journal(event: NewJournalEvent): void {
    this.command({ type: 'journal', event });
  }

  reply(to: number, result: CallResult): void {
    this.command({ type: 'reply', to, result });
  }

  /** Puts an event behind what already waits. */
  wait(event: WaitingEvent): void {
    this.set({ inbox: push(this.state.inbox, event) });
  }

  /** Puts steps behind what is to be done already. */
  do(steps: Iterable<Step>): void {
    let { agenda } = this.state;
    for (const step of steps) agenda = push(agenda, step);
    this.set({ agenda });
  }

  /** The first step of the agenda is done. */
  done(): void {
    this.set({ agenda: shift(this.state.agenda)?.[1] ?? EMPTY, awaited: 0 });
  }

  /** Whether the supervisor is on its way out, or has gone. */
  isEnding(): boolean {
    return this.state.phase === 'stopping' || this.state.phase === 'ended';
  }

  child(id: string): Child | undefined {
    return this.state.children.get(id);
  }

  /** The child that an event is about, unless the event is about an incarnation of the past. */
  current({ id, incarnation }: ChildRef): Child | undefined {
    const child = this.child(id);
    return child?.incarnation === incarnation ? child : undefined;
  }

  put(child: Child, change: Partial<Child> = {}): void {
    this.set({ children: this.state.children.put({ ...child, ...change }) });
  }

  /**
   * A child has ended and is not to be restarted: its record stays, unless no one will start it again. At the supervisor's
   * own end it stays too: its next life goes on with the incarnations of this one.
   */
  retire(child: Child): void {
    const isFleeting = this.state.policy.dynamic || child.policy.restart === 'temporary';
    if (isFleeting && !this.isEnding()) this.drop(child);
    else this.put(child, { status: 'stopped' });
  }

  /** Takes out the record of a child that has ended. */
  drop(child: Child): void {
    const { policy, incarnation } = child;
    this.set({ children: this.state.children.remove(policy.id) });
    this.command({ type: 'forget', id: policy.id, incarnation });
  }

  path(id: string): string {
    const { path } = this.state.policy;
    return path === '/' ? `/${id}` : `${path}/${id}`;
  }

  reportExit(child: Child, exit: ActorExit): void {
    if (exit.kind === 'crash') this.reportCrash(child, exit.error);
  }

  reportCrash({ policy, incarnation }: Child, error: unknown): void {
    const data = { error: toCrashRecord(error) };
    this.journal({ type: 'actor.crashed', path: this.path(policy.id), incarnation, data });
  }
}
