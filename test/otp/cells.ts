import { createMachine } from 'xstate';
import type { Cell } from '../../src/actors/cell/cell.js';
import { startChild } from '../../src/actors/tree/child.js';
import type { ChildSpec, StartContext } from '../../src/actors/tree/child-spec.js';
import { Directory } from '../../src/actors/tree/directory.js';
import type { Observation, TreeEnvironment } from '../../src/actors/tree/environment.js';
import { spec } from '../../src/actors/tree/spec.js';
import { type SupervisorHandle, supervisorHandle, supervisorLogic } from '../../src/actors/tree/supervisor.js';
import { Shutdown } from '../../src/errors.js';
import { SimulatedClock } from '../../src/testing/index.js';
import type { Outcome } from '../machines/supervise/scenario.js';
import type { Act, Dynamic, Group, How, Request, Scenario, Static, Trace, Worker } from './scenario.js';
import { describeChildren, describeCounts, describeResult, describeSpec } from './words.js';

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

const manners = { polite, stubborn };

function crash(): never {
  throw new Error('boom');
}

function shutDown(): never {
  throw new Shutdown();
}

/** Plays a scenario with our supervisors and cells, on a simulated clock, and writes the trace in Erlang's words. */
export class Cells {
  readonly #clock = new SimulatedClock();
  readonly #trace: string[][] = [[]];
  readonly #outcomes: Map<string, Outcome[]>;
  readonly #written = new Set<string>();
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

  async play(): Promise<Trace> {
    const root = await this.#start();
    if (root) await this.#live(root);
    else this.#write('end failed');
    return this.#trace;
  }

  async #live(root: Cell): Promise<void> {
    await this.#settle(root);
    for (const act of this.scenario.acts) {
      this.#trace.push([]);
      if (root.exit) return this.#write(`end ${root.exit.kind}`);
      await this.#act(act);
      await this.#settle(root);
    }
    this.#trace.push([]);
    if (!root.exit) {
      this.#write(`alive ${this.#alive().join(' ')}`);
      await this.#pump(root.stop('infinity'));
    }
    this.#write(`end ${root.exit?.kind}`);
  }

  #write(line: string): void {
    this.#trace.at(-1)?.push(line);
  }

  async #start(): Promise<Cell | undefined> {
    const start = supervisorLogic(this.#options(this.scenario.supervisor, ''));
    const root = spec({ id: 'root', type: 'supervisor', start });
    try {
      const started = await this.#pump(startChild(this.#env, '/', root, 1, () => undefined));
      return started === 'ignore' ? undefined : started.cell;
    } catch {
      return undefined;
    }
  }

  #options(supervisor: Static | Dynamic, path: string) {
    const { intensity, autoShutdown } = supervisor;
    const period = this.scenario.periodSeconds * 1000;
    if (supervisor.dynamic) return { intensity, period, autoShutdown, dynamic: true };
    const children = supervisor.children.map((child) => this.#spec(child, path));
    return { strategy: supervisor.strategy, intensity, period, autoShutdown, children };
  }

  #spec(child: Worker | Group, path: string): ChildSpec {
    const { type, id, restart, shutdown, significant } = child;
    const start = (context: StartContext) => {
      const outcome = this.#outcome(context);
      if (outcome !== 'ok') return outcome;
      if (child.type === 'worker') return manners[child.manner];
      return supervisorLogic(this.#options(child.supervisor, `${path}${id}/`))(context);
    };
    return spec({ type, id, restart, shutdown, significant, start });
  }

  #outcome({ path }: StartContext): 'ok' | 'ignore' {
    const outcome = this.#outcomes.get(nameOf(path))?.shift() ?? 'ok';
    if (outcome !== 'ok') this.#write(`${outcome} ${nameOf(path)}`);
    if (outcome === 'fail') throw new Error('fail');
    return outcome;
  }

  #observe({ role, state, path, incarnation, detail }: Observation): void {
    if (role !== 'machine') return;
    if (state === 'running') this.#write(`+${nameOf(path)}`);
    const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? String(detail.kind) : '';
    // An end is observed a moment after it happened: that of which more is known has been written down at once.
    if (state === 'exited' && !this.#written.delete(`${path} ${incarnation}`)) this.#write(`-${nameOf(path)} ${kind}`);
  }

  async #act(act: Act): Promise<void> {
    switch (act.type) {
      case 'wait':
        return this.#clock.increment(act.ms);
      case 'exit':
        return this.#exit(act.path, act.how);
      case 'burst':
        if (!this.#isSupervisor(act.path)) return;
        for (const { id, how } of act.exits) this.#exit(`${act.path}${id}`, how);
        return;
      case 'call':
        return this.#write(`reply ${await this.#pump(this.#answer(act.path, act.request))}`);
      default:
        act satisfies never;
    }
  }

  #exit(path: string, how: How): void {
    const cell = this.#env.directory.whereis(`${ROOT}/${path}`);
    if (!cell) return;
    if (how === 'killed') void cell.kill();
    else if (cell.role === 'machine') cell.send({ type: how });
    else if (how === 'shutdown') void cell.stop('infinity');
    else if (how === 'crash') cell.send({ type: 'supervisor.fail', error: new Error('boom') });
    if (cell.role !== 'machine' || !cell.exit) return;
    this.#write(`-${path} ${cell.exit.kind}`);
    this.#written.add(`${cell.path} ${cell.incarnation}`);
  }

  #isSupervisor(path: string): boolean {
    return this.#env.directory.whereis(absolute(path))?.role === 'supervisor';
  }

  async #answer(path: string, request: Request): Promise<string> {
    if (!this.#isSupervisor(path)) return 'no supervisor';
    const handle = supervisorHandle(this.#env, absolute(path));
    switch (request.type) {
      case 'startChild':
        return describeResult(await handle.startChild(this.#spec(request.child, path)));
      case 'startDynamic':
        return describeResult(await handle.startChild(this.#dynamicSpec(request.id, path)));
      case 'terminateDynamic':
        return describeResult(await handle.terminateChild(request.id));
      case 'getChildSpec':
        return describeSpec(await handle.getChildSpec(request.id));
      case 'whichDynamic':
        return this.#whichDynamic(handle, path);
      case 'whichChildren':
        return describeChildren(await handle.whichChildren());
      case 'countChildren':
        return describeCounts(await handle.countChildren());
      case 'countDynamic': {
        const { active, supervisors, workers } = await handle.countChildren();
        return [active, supervisors, workers].join('/');
      }
      default:
        return describeResult(await handle[request.type](request.id));
    }
  }

  async #whichDynamic(handle: SupervisorHandle, path: string): Promise<string> {
    const ids = (await handle.whichChildren()).map(({ id }) => `${path}${id}`);
    return ['has', ...ids.sort()].join(' ');
  }

  /** The children of a dynamic supervisor are all of its one kind. */
  #dynamicSpec(id: string, path: string): ChildSpec {
    const { child } = dynamicAt(this.scenario.supervisor, path);
    return this.#spec({ ...child, id }, path);
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

function dynamicAt(supervisor: Static | Dynamic, path: string): Dynamic {
  if (supervisor.dynamic) return supervisor;
  const [id, ...rest] = path.split('/');
  const child = supervisor.children.find((each) => each.id === id);
  if (child?.type !== 'supervisor') throw new Error(`no supervisor at ${path}`);
  return dynamicAt(child.supervisor, rest.join('/'));
}

function absolute(path: string): string {
  return `${ROOT}/${path}`.replace(/\/$/, '');
}

function nameOf(path: string): string {
  return path.slice(ROOT.length + 1);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
