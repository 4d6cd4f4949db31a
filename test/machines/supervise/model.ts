import type { ChildPolicy } from '../../../src/machines/supervise/state/child-policy.js';
import type { Act, Outcome, Scenario } from './scenario.js';

/**
 * A supervisor as OTP's manual describes it, written apart from `decide`: plain sequential code that starts and stops
 * children by calling, as a process of Erlang would. It answers a scenario with the trace that `decide` should leave.
 */

interface Entry {
  readonly policy: ChildPolicy;
  /** What OTP keeps as the pid. */
  pid: 'undefined' | 'restarting' | 'alive';
}

class Ended extends Error {}

export class Model {
  readonly trace: string[] = [];
  #entries: Entry[];
  #restarts: number[] = [];
  #now = 0;
  #again: string[] = [];
  readonly #outcomes: Map<string, Outcome[]>;

  constructor(readonly scenario: Scenario) {
    this.#entries = scenario.children.map((policy) => ({ policy, pid: 'undefined' }));
    this.#outcomes = new Map(Object.entries(scenario.outcomes).map(([id, outcomes]) => [id, [...outcomes]]));
  }

  play(): readonly string[] {
    try {
      this.#boot();
      for (const act of this.scenario.acts) {
        this.#act(act);
        this.#tryAgain();
      }
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
    }
    return this.trace;
  }

  #boot(): void {
    if (!this.#startAll([...this.#entries])) this.#end('crash');
  }

  #act(act: Act): void {
    switch (act.type) {
      case 'wait':
        this.#now += act.ms;
        return;
      case 'stop':
        return this.#end('shutdown');
      case 'exit':
        return this.#exited(act.id, act.how);
      case 'startChild':
        return this.#reply(this.#startChild(act.child));
      case 'whichChildren':
        return this.#reply(this.#entries.map(({ policy, pid }) => `${policy.id}:${status(pid)}`).join(' ') || 'none');
      case 'countChildren': {
        const count = (test: (entry: Entry) => boolean) => this.#entries.filter(test).length;
        const supervisors = count(({ policy }) => policy.type === 'supervisor');
        const active = count(({ pid }) => pid === 'alive');
        return this.#reply([this.#entries.length, active, supervisors, this.#entries.length - supervisors].join('/'));
      }
      default: {
        if (this.scenario.policy.dynamic && (act.type === 'restartChild' || act.type === 'deleteChild')) {
          return this.#reply('simple_one_for_one');
        }
        const entry = this.#find(act.id);
        return this.#reply(entry ? this.#manage(act.type, entry) : 'not_found');
      }
    }
  }

  #startChild(policy: ChildPolicy): string {
    const { dynamic, maxChildren, autoShutdown } = this.scenario.policy;
    if (policy.significant && autoShutdown === 'never') return 'bad_combination';
    const known = this.#find(policy.id);
    if (known) return known.pid === 'alive' || dynamic ? 'already_started' : 'already_present';
    if (dynamic && this.#entries.length >= maxChildren) return 'max_children';
    const entry: Entry = { policy, pid: 'undefined' };
    const outcome = this.#start(entry);
    if (outcome === 'fail') return 'start_failed';
    if (outcome === 'ok' || !this.#leavesNothing(entry)) this.#entries.push(entry);
    return outcome === 'ok' ? 'ok started' : 'ok ignored';
  }

  #manage(how: 'terminateChild' | 'restartChild' | 'deleteChild' | 'getChildSpec', entry: Entry): string {
    if (how === 'getChildSpec') return `ok ${entry.policy.id}`;
    if (how === 'terminateChild') {
      this.#terminate(entry);
      if (this.#leavesNothing(entry)) this.#remove(entry);
      return 'ok';
    }
    if (entry.pid !== 'undefined') return entry.pid === 'restarting' ? 'restarting' : 'running';
    if (how === 'deleteChild') {
      this.#remove(entry);
      return 'ok';
    }
    const outcome = this.#start(entry);
    return { ok: 'ok started', ignore: 'ok ignored', fail: 'start_failed' }[outcome];
  }

  #exited(id: string, how: string): void {
    const entry = this.#find(id);
    if (entry?.pid !== 'alive') return;
    this.trace.push(`exit ${id} ${how}`);
    entry.pid = 'undefined';
    const expected = how === 'normal' || how === 'shutdown';
    const { restart } = entry.policy;
    if (restart === 'permanent' || (restart === 'transient' && !expected)) {
      // Not OTP's: such a child has failed to start, as one does at the supervisor's own start.
      if (how === 'unstarted') this.#end('crash');
      entry.pid = 'restarting';
      return this.#restart(entry);
    }
    if (this.#leavesNothing(entry)) this.#remove(entry);
    this.#autoShutdown(entry);
  }

  #autoShutdown({ policy }: Entry): void {
    const { autoShutdown } = this.scenario.policy;
    if (autoShutdown === 'never' || !policy.significant) return;
    const others = this.#entries.some((entry) => entry.policy.significant && entry.pid !== 'undefined');
    if (autoShutdown === 'any_significant' || !others) this.#end('shutdown');
  }

  #restart(entry: Entry): void {
    const { intensity, periodMs, strategy } = this.scenario.policy;
    this.#restarts = [...this.#restarts, this.#now].filter((at) => at >= this.#now - periodMs);
    if (this.#restarts.length > intensity) {
      entry.pid = 'undefined';
      this.#end('shutdown');
    }
    const index = this.#entries.indexOf(entry);
    const group = { one_for_one: [entry], one_for_all: [...this.#entries], rest_for_one: this.#entries.slice(index) };
    for (const member of group[strategy].toReversed()) {
      this.#terminate(member);
      if (member.policy.restart === 'temporary') this.#remove(member);
    }
    this.#startAll(group[strategy].filter((member) => this.#entries.includes(member)));
  }

  /** Starts them one after the other until one fails; that one is to be tried again. */
  #startAll(entries: readonly Entry[]): boolean {
    for (const entry of entries) {
      const outcome = this.#start(entry);
      if (outcome === 'ignore' && this.#leavesNothing(entry)) this.#remove(entry);
      if (outcome !== 'fail') continue;
      entry.pid = 'restarting';
      this.#again.push(entry.policy.id);
      return false;
    }
    return true;
  }

  #tryAgain(): void {
    for (let id = this.#again.shift(); id !== undefined; id = this.#again.shift()) {
      const entry = this.#find(id);
      if (entry?.pid === 'restarting') this.#restart(entry);
    }
  }

  #start(entry: Entry): Outcome {
    const outcome = this.#outcomes.get(entry.policy.id)?.shift() ?? 'ok';
    this.trace.push(outcome === 'ok' ? `start ${entry.policy.id}` : `${outcome} ${entry.policy.id}`);
    entry.pid = outcome === 'ok' ? 'alive' : 'undefined';
    return outcome;
  }

  #terminate(entry: Entry): void {
    if (entry.pid === 'alive') this.trace.push(`stop ${entry.policy.id}`);
    entry.pid = 'undefined';
  }

  #end(how: string): never {
    const alive = this.#entries.filter(({ pid }) => pid === 'alive');
    const order = this.scenario.policy.dynamic ? alive : alive.toReversed();
    for (const { policy } of order) this.trace.push(`stop ${policy.id}`);
    this.trace.push(`end ${how}`);
    throw new Ended();
  }

  #leavesNothing({ policy }: Entry): boolean {
    return this.scenario.policy.dynamic || policy.restart === 'temporary';
  }

  #remove(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
  }

  #find(id: string): Entry | undefined {
    return this.#entries.find(({ policy }) => policy.id === id);
  }

  #reply(line: string): void {
    this.trace.push(`reply ${line}`);
  }
}

function status(pid: Entry['pid']): string {
  return { undefined: 'stopped', restarting: 'restarting', alive: 'running' }[pid];
}
