import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { assign, createMachine, setup } from 'xstate';
import { service } from '../../../src/actors/specs/service.js';
import { startChild } from '../../../src/actors/tree/child.js';
import type { ChildSpec } from '../../../src/actors/tree/child-spec.js';
import { machine, spec } from '../../../src/actors/tree/spec.js';
import { type SupervisionOptions, supervisorHandle, supervisorLogic } from '../../../src/actors/tree/supervisor.js';
import type { Strategy } from '../../../src/machines/supervise/state/state.js';
import type { SnapshotRecord } from '../../../src/persistence/store.js';
import { lives, until } from '../../transport/process/support.js';
import { ProcessTree, ProcessWorld } from '../support/process-tree.js';
import { anyCommand, type Command, IDS, type Id, INTENSITY, Model, PERIOD, script } from '../support/sequence-model.js';
import { remains } from '../support/support.js';

const counting = setup({
  types: { context: {} as { count: number } },
  actions: {
    add: assign({ count: ({ context }) => context.count + 1 }),
    crash: () => {
      throw new Error('asked to');
    },
  },
}).createMachine({
  id: 'counting',
  context: { count: 0 },
  initial: 'alive',
  states: {
    alive: { on: { count: { actions: 'add' }, finish: 'finished', crash: { actions: 'crash' } } },
    finished: { type: 'final' },
  },
});

/** A tree under test at a root of its own, beside its model. */
class Stage {
  readonly model: Model;
  readonly tree: ProcessTree;
  /** Of the plain machine: which incarnation got an event, and for which one that was meant. */
  readonly got: [incarnation: number, meant: number][] = [];

  constructor(
    readonly world: ProcessWorld,
    readonly id: string,
    readonly strategy: Strategy,
  ) {
    this.tree = new ProcessTree(world);
    this.model = new Model(strategy);
  }

  get #t(): string {
    return `/${this.id}`;
  }

  get #s(): string {
    return `${this.#t}/s`;
  }

  #path(id: Id): string {
    return `${this.#s}/${id}`;
  }

  async boot(): Promise<void> {
    const children = [
      machine({ id: 'saved', logic: counting, persist: 'snapshot', restart: 'transient' }),
      this.#service(),
      this.#plain(),
    ];
    const s = this.#supervisor('s', { strategy: this.strategy, intensity: INTENSITY, period: PERIOD, children });
    const t = this.#supervisor(this.id, { intensity: 1, period: PERIOD, children: [s] });
    await startChild(this.tree.environment, '/', t, 1, () => undefined);
    await this.settled('the boot');
  }

  #supervisor(id: string, options: SupervisionOptions): ChildSpec {
    return spec({ id, type: 'supervisor', start: supervisorLogic(options) });
  }

  /** Started again at once, as the model says: a backoff would wait for a clock that stands still. */
  #service(): ChildSpec {
    const { backoff: _, ...atOnce } = service({ id: 'svc', command: ['sleep', '300'], graceMs: 1000 });
    return atOnce;
  }

  #plain(): ChildSpec {
    const note = ({ incarnation }: { incarnation: number }, meant: number) => void this.got.push([incarnation, meant]);
    return spec({
      id: 'plain',
      start: (context) =>
        createMachine({
          initial: 'alive',
          states: {
            alive: {
              on: {
                finish: 'finished',
                poke: { actions: ({ event }) => note(context, event.meant) },
                crash: {
                  actions: () => {
                    throw new Error('asked to');
                  },
                },
              },
            },
            finished: { type: 'final' },
          },
        }),
    });
  }

  /** Does it, waits until the tree is where the model is, and looks whether everything holds that must. */
  async play(command: Command): Promise<void> {
    if (this.model.over) return;
    const name = JSON.stringify(command);
    const known = this.tree.observed.length;
    const [before, running] = [{ ...this.model.starts }, this.world.programs('sleep')];
    const wasAlive = 'id' in command && this.model.alive.has(command.id);
    this.model.act(command);
    await this.#do(command, wasAlive);
    if (command.do === 'kill -9') await until('its process is dead', () => !running.some(lives));
    await this.settled(name);
    this.#checkOrder(this.#exitsSince(known), command);
    this.#checkExits();
    this.#poke(before.plain);
  }

  async #do(command: Command, wasAlive: boolean): Promise<void> {
    const { tree } = this;
    const s = supervisorHandle(tree.environment, this.#s);
    switch (command.do) {
      case 'crash':
      case 'finish':
        return void (wasAlive && tree.send(this.#path(command.id), command.do));
      case 'kill':
        return void tree.directory.whereis(this.#path(command.id))?.kill();
      case 'stop':
        return void tree.directory.whereis(this.#path(command.id))?.stop('infinity');
      case 'terminate':
        expect(await s.terminateChild(command.id)).toEqual({ ok: true });
        return;
      case 'restart':
        expect(await s.restartChild(command.id)).toMatchObject(wasAlive ? { error: 'running' } : { ok: true });
        return;
      case 'count':
        return void (this.model.alive.has('saved') && tree.send(this.#path('saved'), 'count'));
      case 'advance':
        return tree.clock.increment(command.ms);
      case 'stop the supervisor':
        return void tree.directory.whereis(this.#s)?.stop('infinity');
      case 'kill the supervisor':
        return void tree.directory.whereis(this.#s)?.kill();
      case 'kill -9':
        for (const pid of this.world.programs('sleep')) process.kill(pid, 'SIGKILL');
        return;
      default:
        command satisfies never;
    }
  }

  async settled(after: string): Promise<void> {
    await until(`the tree is where the model is after ${after}: ${this.#told()}`, () => this.#isSettled(), 30_000);
    // Everything that could still come has come.
    await this.tree.settle();
    expect(this.#isSettled(), `it stays there after ${after}`).toBe(true);
    if (this.model.alive.has('saved')) await this.#saved();
  }

  #told(): string {
    const { starts, alive, supervisors, over, count } = this.model;
    return JSON.stringify({ starts, alive: [...alive], supervisors, over, count });
  }

  #isSettled(): boolean {
    const { model, tree } = this;
    if (tree.directory.whereis(this.#t) === undefined) return model.over && this.world.programs('sleep').length === 0;
    if (tree.directory.whereis(this.#s)?.incarnation !== model.supervisors) return false;
    const isRight = (id: Id) =>
      tree.directory.whereis(this.#path(id))?.incarnation === (model.alive.has(id) ? model.starts[id] : undefined);
    return IDS.every(isRight) && this.#isProcessRight();
  }

  /** A service that waits for its backoff has no process; any other living one has one; nothing else has any. */
  #isProcessRight(): boolean {
    const snapshot = this.tree.directory.whereis(this.#path('svc'))?.getSnapshot();
    const state = snapshot && 'value' in snapshot ? snapshot.value : null;
    if (state === 'ready') return this.world.programs('sleep').length === 1;
    return (state === null || state === 'backingOff') && this.world.programs('sleep').length === 0;
  }

  /** The saved machine is, and is saved, as it was when it ended last. */
  async #saved(): Promise<void> {
    const { count } = this.model;
    expect(this.tree.directory.whereis(this.#path('saved'))?.getSnapshot()).toMatchObject({ context: { count } });
    const text = JSON.stringify({ count });
    const isSaved = ({ path, state }: SnapshotRecord) =>
      path === this.#path('saved') && JSON.stringify(state).includes(text);
    while (count > 0 && !(await this.world.store.snapshots.list(this.world.runId)).some(isSaved));
  }

  #exitsSince(known: number): readonly string[] {
    const exits = this.tree.observed.slice(known).filter(({ state }) => state === 'exited');
    return exits.map((exit) => exit.path).filter((at) => !at.endsWith('/worker'));
  }

  /**
   * What ends with another ends in reverse order, and a supervisor after all that it supervised. One that is killed orders
   * nothing any more: what it supervised ends as in OTP, in any order.
   */
  #checkOrder(exits: readonly string[], command: Command): void {
    const rank = [this.#t, this.#s, ...IDS.map((id) => this.#path(id))];
    const first = 'id' in command ? command.id : null;
    if (command.do === 'kill the supervisor') {
      expect(exits.filter((at) => at.startsWith(this.#s))).toHaveLength(exits.indexOf(this.#s) + 1);
      return;
    }
    const others = exits.filter((at) => first === null || at !== this.#path(first));
    expect(others).toEqual([...others].sort((a, b) => rank.indexOf(b) - rank.indexOf(a)));
    if (first !== null && exits.includes(this.#s))
      expect(exits.indexOf(this.#path(first))).toBeLessThan(exits.indexOf(this.#s));
  }

  /** Each incarnation that is over has exited once; the living ones have not. */
  #checkExits(): void {
    const exited = this.tree.observed
      .filter(({ state }) => state === 'exited')
      .map(({ path: at, incarnation }) => `${at} ${incarnation}`);
    expect(new Set(exited).size).toBe(exited.length);
    const { model } = this;
    const over = (at: string, starts: number, isAlive: boolean) =>
      Array.from({ length: isAlive ? starts - 1 : starts }, (_, n) => `${at} ${n + 1}`);
    const expected = [
      ...IDS.flatMap((id) => over(this.#path(id), model.starts[id], model.alive.has(id))),
      ...over(this.#s, model.supervisors, !model.over),
      ...(model.over ? [`${this.#t} 1`] : []),
    ];
    expect(exited.filter((exit) => !exit.includes('/worker ')).sort()).toEqual(expected.sort());
  }

  /** A letter to an incarnation of the past reaches nobody, one to the present one reaches it alone. */
  #poke(past: number): void {
    const { directory } = this.tree;
    const present = directory.whereis(this.#path('plain'))?.incarnation;
    const known = this.got.length;
    for (const meant of new Set([past, present ?? past])) {
      const isReceived = directory.send(this.#path('plain'), { type: 'poke', meant }, meant);
      expect(isReceived).toBe(meant === present);
    }
    expect(this.got.slice(known)).toEqual(present === undefined ? [] : [[present, present]]);
  }

  async close(): Promise<void> {
    await this.tree.directory.whereis(this.#t)?.stop('infinity');
    await until('no process is left', () => this.world.programs('sleep').length === 0);
    expect([...this.tree.directory.cells()]).toEqual([]);
  }
}

const seed = Number(process.env.ESPALIER_SEED ?? Date.now() % 2 ** 31);
const SEQUENCES = 20;
/** Fewer are no proof: a machine on which they take longer is too busy to be tested on. */
const ENOUGH = 10;
/** After that nothing more is begun, neither another sequence nor a smaller one. What was begun is judged. */
const LIMIT_MS = 60_000;

it(`whatever is done, the tree does what the model says, and nothing is left (ESPALIER_SEED=${seed})`, {
  timeout: 4 * LIMIT_MS,
}, async (test) => {
  const world = await ProcessWorld.make();
  onTestFinished(() => world.host.close());
  const anyStrategy = fc.constantFrom<Strategy[]>('one_for_one', 'one_for_all', 'rest_for_one');
  const commands = fc.array(anyCommand, { minLength: 4, maxLength: 14 });
  const end = performance.now() + LIMIT_MS;
  let played = 0;
  const property = fc.asyncProperty(anyStrategy, commands, async (strategy, sequence) => {
    if (played >= ENOUGH && performance.now() > end) return;
    played += 1;
    await play(new Stage(world, `t${played}`, strategy), sequence);
  });
  const found = await fc.check(property, { seed, numRuns: SEQUENCES });
  if (found.failed) throw found.errorInstance;
  await test.annotate(`${played} of ${SEQUENCES} sequences played`);
  expect(played).toBeGreaterThanOrEqual(ENOUGH);
  await world.host.close();
  expect(remains(world.runId)).toEqual([]);
});

async function play(stage: Stage, sequence: readonly Command[]): Promise<void> {
  const done: Command[] = [];
  try {
    await stage.boot();
    for (const command of sequence) {
      done.push(command);
      await stage.play(command);
    }
  } catch (cause) {
    throw new Error(`not as the model says after the last step of\n${script(stage.strategy, done)}`, { cause });
  } finally {
    await stage.close();
  }
}
