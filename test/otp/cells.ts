import { createMachine, SimulatedClock } from 'xstate';
import type { Cell } from '../../src/actors/cell.js';
import { startChild } from '../../src/actors/child.js';
import { Directory } from '../../src/actors/directory.js';
import type { Observation, TreeEnvironment } from '../../src/actors/environment.js';
import { type ChildSpec, type StartContext, spec } from '../../src/actors/spec.js';
import { supervisor, supervisorHandle, supervisorLogic } from '../../src/actors/supervisor.js';
import { Shutdown } from '../../src/errors.js';
import { describeResult, type Outcome } from '../machines/supervise/scenario.js';
import {
  type Act,
  type Group,
  PERIOD_SECONDS,
  type Request,
  type Scenario,
  type Static,
  type Worker,
} from './scenario.js';

const ROOT = '/root';

/** Ends however it is told to; a polite one stops at once when it is asked, since it does not name `espalier.stop`. */
const polite = createMachine({
  initial: 'alive',
  states: { alive: { on: { normal: 'finished' } }, finished: { type: 'final' } },
  on: { crash: { actions: crash }, shutdown: { actions: shutDown } },
});

const stubborn = createMachine({
  initial: 'alive',
  states: {
    alive: { on: { normal: 'finished', 'espalier.stop': { actions: () => undefined } } },
    finished: { type: 'final' },
  },
  on: { crash: { actions: crash }, shutdown: { actions: shutDown } },
});

function crash(): never {
  throw new Error('boom');
}

function shutDown(): never {
  throw new Shutdown();
}

/** Plays a scenario with our supervisors and cells, on a simulated clock, and writes the trace in Erlang's words. */
export class Cells {
  readonly #clock = new SimulatedClock();
  readonly #trace: string[] = [];
  readonly #outcomes: Map<string, Outcome[]>;
  readonly #env: TreeEnvironment = {
    clock: this.#clock,
    random: () => 0.5,
    directory: new Directory(),
    journal: () => undefined,
    observe: (observation) => this.#observe(observation),
  };

  constructor(readonly scenario: Scenario) {
    this.#outcomes = new Map(Object.entries(scenario.outcomes).map(([path, list]) => [path, [...list]]));
  }

  async play(): Promise<readonly string[]> {
    const root = await this.#start();
    if (!root) return [...this.#trace, 'end failed'];
    for (const act of this.scenario.acts) {
      await this.#settle(root);
      if (!root.exit) await this.#act(act);
    }
    await this.#settle(root);
    if (!root.exit) {
      this.#trace.push(`alive ${this.#alive().join(' ')}`);
      await this.#pump(root.stop('infinity'));
    }
    this.#trace.push(`end ${root.exit?.kind}`);
    return this.#trace;
  }

  async #start(): Promise<Cell | undefined> {
    const { supervisor: options } = this.scenario;
    const { intensity } = options;
    const period = PERIOD_SECONDS * 1000;
    const start = options.dynamic
      ? supervisorLogic({ intensity, period, dynamic: true })
      : supervisorLogic({ ...this.#options(options, '') });
    const root = spec({ id: 'root', type: 'supervisor', start });
    try {
      const started = await this.#pump(startChild(this.#env, '/', root, 1, () => undefined));
      return started === 'ignore' ? undefined : started.cell;
    } catch {
      return undefined;
    }
  }

  #options({ strategy, intensity, autoShutdown, children }: Static, path: string) {
    const period = PERIOD_SECONDS * 1000;
    return { strategy, intensity, period, autoShutdown, children: children.map((child) => this.#spec(child, path)) };
  }

  #spec(child: Worker | Group, path: string): ChildSpec {
    const { id, restart, significant } = child;
    if (child.type === 'supervisor') {
      return supervisor({ id, restart, significant, ...this.#options(child.supervisor, `${path}${id}/`) });
    }
    const logic = child.manner === 'polite' ? polite : stubborn;
    const start = (context: StartContext) => this.#begin(context, logic);
    return spec({ id, restart, significant, shutdown: child.shutdown, start });
  }

  #begin({ path }: StartContext, logic: typeof polite) {
    const outcome = this.#outcomes.get(nameOf(path))?.shift() ?? 'ok';
    if (outcome === 'ok') return logic;
    this.#trace.push(`${outcome} ${nameOf(path)}`);
    if (outcome === 'fail') throw new Error('fail');
    return 'ignore';
  }

  #observe({ role, state, path, detail }: Observation): void {
    if (role !== 'machine') return;
    if (state === 'running') this.#trace.push(`+${nameOf(path)}`);
    const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : '';
    if (state === 'exited') this.#trace.push(`-${nameOf(path)} ${kind}`);
  }

  async #act(act: Act): Promise<void> {
    switch (act.type) {
      case 'wait':
        return this.#clock.increment(act.ms);
      case 'exit': {
        const cell = this.#env.directory.whereis(`${ROOT}/${act.path}`);
        if (act.how === 'killed') void cell?.kill();
        else cell?.send({ type: act.how });
        return;
      }
      case 'call':
        this.#trace.push(`reply ${await this.#pump(this.#answer(act.path, act.request))}`);
        return;
      default:
        act satisfies never;
    }
  }

  async #answer(path: string, request: Request): Promise<string> {
    const at = `${ROOT}/${path}`.replace(/\/$/, '');
    if (this.#env.directory.whereis(at)?.role !== 'supervisor') return 'no supervisor';
    const handle = supervisorHandle(this.#env, at);
    switch (request.type) {
      case 'startChild':
        return describeResult(await handle.startChild(this.#spec(request.child, path)));
      case 'startDynamic':
        return describeResult(await handle.startChild(this.#dynamicSpec(request.id)));
      case 'terminateDynamic':
        return describeResult(await handle.terminateChild(request.id));
      case 'whichChildren':
        return describeResult({ ok: true, children: await handle.whichChildren() });
      case 'countChildren':
        return describeResult({ ok: true, counts: await handle.countChildren() });
      case 'countDynamic': {
        const { active, supervisors, workers } = await handle.countChildren();
        return [active, supervisors, workers].join('/');
      }
      default:
        return describeResult(await handle[request.type](request.id));
    }
  }

  #dynamicSpec(id: string): ChildSpec {
    const { supervisor: options } = this.scenario;
    if (!options.dynamic) throw new Error('not a dynamic supervisor');
    const { restart, shutdown } = options;
    return spec({ id, restart, shutdown, start: (context) => this.#begin(context, polite) });
  }

  #alive(): readonly string[] {
    const workers = [...this.#env.directory.cells()].filter(({ role }) => role === 'machine');
    return workers.map(({ path }) => nameOf(path)).sort();
  }

  /** Waits until nothing moves any more. */
  async #settle(root: Cell): Promise<void> {
    for (let tries = 0; !root.exit && !(await this.#pump(this.#isSettled(ROOT))); tries += 1) {
      if (tries > 1000) throw new Error(`it never settles after ${this.#trace.join(' | ')}`);
      await turn();
      if (tries > 8) this.#clock.increment(5);
    }
  }

  async #isSettled(path: string): Promise<boolean> {
    if (!this.#env.directory.whereis(path)) return false;
    const children = await supervisorHandle(this.#env, path)
      .whichChildren()
      .catch(() => null);
    if (!children) return false;
    for (const child of children) {
      if (child.status === 'stopped') continue;
      if (child.status !== 'running' || !this.#env.directory.whereis(child.path)) return false;
      if (child.type === 'supervisor' && !(await this.#isSettled(child.path))) return false;
    }
    return true;
  }

  /** Lets simulated time pass, a little at a time, only while something waits for it. */
  async #pump<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    for (let turns = 1; !settled; turns += 1) {
      await turn();
      if (turns % 8 === 0) this.#clock.increment(5);
      if (turns > 10_000) throw new Error(`it never answers after ${this.#trace.join(' | ')}`);
    }
    return promise;
  }
}

function nameOf(path: string): string {
  return path.slice(ROOT.length + 1);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
