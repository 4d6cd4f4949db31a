import { decide } from '../../../src/machines/supervise/decide.js';
import type { SuperviseCommand } from '../../../src/machines/supervise/state/commands.js';
import type { ChildRef, SuperviseEvent } from '../../../src/machines/supervise/state/events.js';
import { newSupervisor, type SupervisorState } from '../../../src/machines/supervise/state/state.js';
import { exitOf, type Scenario } from './scenario.js';

interface Life extends ChildRef {
  phase: 'starting' | 'alive';
  /** Whether the supervisor has asked it to stop. */
  asked: boolean;
}

type StartAnswer = 'child.started' | 'child.failed' | 'child.ignored';

/**
 * A world in which everything takes its time: starts and stops are answered when the test says so, children end in the
 * middle of anything, calls come at any moment. It checks after each decision what must always hold.
 */
export class Interleaved {
  state: SupervisorState;
  now = 0;
  readonly problems: string[] = [];
  readonly lives = new Map<string, Life>();
  readonly timers: ChildRef[] = [];
  readonly openCalls = new Set<number>();
  ended = false;
  readonly #latest = new Map<string, number>();
  readonly #past: ChildRef[] = [];
  #reply = 0;

  constructor(readonly scenario: Scenario) {
    this.state = newSupervisor(scenario.policy, scenario.children);
    this.send({ type: 'supervisor.boot' });
  }

  send(event: SuperviseEvent): void {
    const { state, commands } = decide(this.state, event, this.now);
    this.state = state;
    for (const command of commands) this.#perform(command);
    this.#checkState();
  }

  /** Asks something; `make` is given the number of the call. */
  call(make: (reply: number) => SuperviseEvent): void {
    this.#reply += 1;
    this.openCalls.add(this.#reply);
    this.send(make(this.#reply));
  }

  /** Lets a child that is starting answer. */
  answerStart(index: number, type: StartAnswer): void {
    const life = pick(
      [...this.lives.values()].filter(({ phase }) => phase === 'starting'),
      index,
    );
    if (!life) return;
    const { id, incarnation } = life;
    if (type === 'child.started') life.phase = 'alive';
    else this.#over(life);
    this.send(type === 'child.failed' ? { type, id, incarnation, error: new Error('no') } : { type, id, incarnation });
  }

  /** Lets a child end: because it was asked to, or by itself. */
  end(index: number, asked: boolean, how: Parameters<typeof exitOf>[0]): void {
    const life = pick(
      [...this.lives.values()].filter((one) => one.phase === 'alive' && one.asked === asked),
      index,
    );
    if (!life) return;
    this.#over(life);
    const { id, incarnation } = life;
    this.send({ type: 'child.exited', id, incarnation, exit: exitOf(asked ? 'shutdown' : how, `/s/${id}`) });
  }

  wait(ms: number): void {
    this.now += ms;
  }

  fireTimer(index: number): void {
    const due = pick(this.timers, index);
    if (!due) return;
    this.timers.splice(this.timers.indexOf(due), 1);
    this.send({ type: 'child.due', ...due });
  }

  /** Events about an incarnation of the past change nothing. */
  stale(index: number): void {
    const past = pick(this.#past, index);
    if (!past || this.#latest.get(past.id) === past.incarnation) return;
    const before = this.state;
    for (const event of staleEvents(past)) this.send(event);
    if (before !== this.state) this.problems.push(`a stale event about ${past.id} counted`);
  }

  /** Answers everything that is open until nothing moves any more. */
  finish(): void {
    this.send({ type: 'espalier.stop' });
    for (let turns = 0; !this.ended && turns < 1000; turns += 1) {
      this.answerStart(turns, turns % 2 ? 'child.started' : 'child.failed');
      this.end(turns, true, 'shutdown');
    }
    if (!this.ended) this.problems.push('it does not end');
    if (this.lives.size > 0) this.problems.push(`orphans: ${[...this.lives.keys()].join()}`);
    if (this.openCalls.size > 0) this.problems.push(`calls without answer: ${[...this.openCalls].join()}`);
  }

  #over(life: Life): void {
    this.lives.delete(life.id);
    this.#past.push({ id: life.id, incarnation: life.incarnation });
  }

  #perform(command: SuperviseCommand): void {
    if (this.ended && command.type !== 'reply') this.problems.push(`${command.type} after the end`);
    switch (command.type) {
      case 'start': {
        const { id, incarnation } = command;
        if (this.lives.has(id)) this.problems.push(`${id} started twice`);
        if (incarnation <= (this.#latest.get(id) ?? 0)) this.problems.push(`${id}#${incarnation} is not new`);
        this.#latest.set(id, incarnation);
        this.lives.set(id, { id, incarnation, phase: 'starting', asked: false });
        return;
      }
      case 'stop': {
        const life = this.lives.get(command.id);
        if (life?.incarnation !== command.incarnation || life.asked) {
          this.problems.push(`stop of ${command.id}#${command.incarnation}, which is not there`);
        } else life.asked = true;
        return this.#checkOrder(command.id);
      }
      case 'schedule':
        this.timers.push({ id: command.id, incarnation: command.incarnation });
        return;
      case 'reply':
        if (!this.openCalls.delete(command.to)) this.problems.push(`second answer to ${command.to}`);
        return;
      case 'exit':
        this.ended = true;
        if (this.lives.size > 0) this.problems.push(`it ends before ${[...this.lives.keys()].join()}`);
        return;
      case 'forget':
        // A path that is forgotten begins to count again.
        this.#latest.delete(command.id);
        return;
      case 'journal':
        return;
      default:
        command satisfies never;
    }
  }

  /** Static children stop one at a time, and never before one that was specified later. */
  #checkOrder(id: string): void {
    if (this.scenario.policy.dynamic) return;
    const ids = this.state.children.ids();
    const later = [...this.lives.values()].filter((life) => ids.indexOf(life.id) > ids.indexOf(id));
    const asked = [...this.lives.values()].filter((life) => life.asked);
    if (asked.length > 1) this.problems.push(`two stops at once: ${asked.map((life) => life.id).join()}`);
    if (this.state.phase === 'stopping' && later.length > 0) this.problems.push(`${id} stops before ${later[0]?.id}`);
  }

  #checkState(): void {
    const { policy, restarts, phase } = this.state;
    const recent = restarts.filter((at) => this.now - at <= policy.periodMs);
    if (recent.length > policy.intensity && phase !== 'stopping' && phase !== 'ended') {
      this.problems.push('the intensity is exceeded');
    }
  }
}

function staleEvents(past: ChildRef): readonly SuperviseEvent[] {
  return [
    { type: 'child.started', ...past },
    { type: 'child.ignored', ...past },
    { type: 'child.failed', ...past, error: new Error('late') },
    { type: 'child.exited', ...past, exit: exitOf('crash') },
    { type: 'child.due', ...past },
    { type: 'child.retry', ...past, error: new Error('late') },
  ];
}

function pick<T>(values: readonly T[], index: number): T | undefined {
  return values[index % Math.max(1, values.length)];
}
