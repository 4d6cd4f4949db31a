import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Cell } from '../../../src/actors/cell/cell.js';
import { startChild } from '../../../src/actors/tree/child.js';
import type { ChildSpec } from '../../../src/actors/tree/child-spec.js';
import { spec } from '../../../src/actors/tree/spec.js';
import { type SupervisorHandle, supervisorHandle, supervisorLogic } from '../../../src/actors/tree/supervisor.js';
import { startError } from '../../../src/machines/supervise/failed-start.js';
import type { ChildPolicy } from '../../../src/machines/supervise/state/child-policy.js';
import type { CallResult } from '../../../src/machines/supervise/state/commands.js';
import { anyScenario } from '../../machines/supervise/arbitrary.js';
import { Model } from '../../machines/supervise/model.js';
import { type Act, describeResult, type Outcome, type Scenario } from '../../machines/supervise/scenario.js';
import { TestTree } from './supervisor-tree.js';

/** Plays a scenario with real cells under a real supervisor. */
class Stage {
  readonly tree = new TestTree();
  readonly handle: SupervisorHandle = supervisorHandle(this.tree.env, '/s');
  readonly #outcomes: Map<string, Outcome[]>;
  #cell: Cell | undefined;

  constructor(readonly scenario: Scenario) {
    this.#outcomes = new Map(Object.entries(scenario.outcomes).map(([id, outcomes]) => [id, [...outcomes]]));
  }

  async play(): Promise<readonly string[]> {
    await this.#boot();
    for (const act of this.scenario.acts) {
      if (!this.#cell || this.#cell.exit) break;
      await this.#act(act, this.#cell);
      await this.tree.settle();
    }
    if (this.#cell?.exit) this.tree.log.push(`end ${this.#cell.exit.kind}`);
    return this.tree.log;
  }

  async #boot(): Promise<void> {
    const { policy, children } = this.scenario;
    const options = { ...policy, period: policy.periodMs, children: children.map((child) => this.#spec(child)) };
    const supervisor = spec({ id: 's', type: 'supervisor', start: supervisorLogic(options) });
    try {
      const started = await startChild(this.tree.env, '/', supervisor, 1, () => undefined);
      this.#cell = started === 'ignore' ? undefined : started.cell;
    } catch {
      this.tree.log.push('end crash');
    }
    await this.tree.settle();
  }

  #spec(policy: ChildPolicy): ChildSpec {
    const start = () => {
      const outcome = this.#outcomes.get(policy.id)?.shift() ?? 'ok';
      if (outcome === 'ok') return this.tree.logic(policy.id);
      this.tree.log.push(`${outcome} ${policy.id}`);
      if (outcome === 'fail') throw new Error('no');
      return 'ignore';
    };
    return spec({ ...policy, start });
  }

  async #act(act: Act, cell: Cell): Promise<void> {
    switch (act.type) {
      case 'wait':
        return this.tree.clock.increment(act.ms);
      case 'stop':
        return void (await cell.stop('infinity'));
      case 'exit':
        return this.#end(act.id, act.how);
      case 'startChild':
        return this.#reply(this.handle.startChild(this.#spec(act.child)));
      case 'whichChildren':
        return this.#reply(this.handle.whichChildren().then((children) => ({ ok: true, children })));
      case 'countChildren':
        return this.#reply(this.handle.countChildren().then((counts) => ({ ok: true, counts })));
      default:
        return this.#reply(this.handle[act.type](act.id));
    }
  }

  #end(id: string, how: (Act & { type: 'exit' })['how']): void {
    const child = this.tree.directory.whereis(`/s/${id}`);
    if (how === 'normal') child?.send({ type: 'finish' });
    if (how === 'crash') child?.send({ type: 'crash' });
    if (how === 'shutdown') void child?.stop(0);
    if (how === 'killed') void child?.kill();
    if (how === 'unstarted') child?.fail(startError(`/s/${id}`, new Error('no workers')));
  }

  async #reply(result: Promise<CallResult>): Promise<void> {
    this.tree.log.push(`reply ${describeResult(await result)}`);
  }
}

/** The model's trace in the words of the stage: an actor says that it lives and that it does no longer. */
function inWordsOfTheStage(line: string): string {
  return line.replace(/^start /, '+').replace(/^(stop|exit) (\w+).*$/, '-$2');
}

it('a supervisor of cells does what the reference model does, and leaves no cell behind', async () => {
  await fc.assert(
    fc.asyncProperty(anyScenario, async (scenario) => {
      const stage = new Stage(scenario);
      expect(await stage.play()).toEqual(new Model(scenario).play().map(inWordsOfTheStage));
      await stage.tree.directory.whereis('/s')?.kill();
      expect([...stage.tree.directory.cells()]).toEqual([]);
      const lives = stage.tree.log.filter((line) => /^[+-]/.test(line));
      expect(lives.filter((line) => line.startsWith('+'))).toHaveLength(lives.length / 2);
    }),
    { numRuns: 300 },
  );
});
