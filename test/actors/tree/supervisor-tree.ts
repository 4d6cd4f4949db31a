import { createMachine, fromCallback } from 'xstate';
import type { Cell } from '../../../src/actors/cell/cell.js';
import { startChild } from '../../../src/actors/tree/child.js';
import type { ChildOptions, ChildSpec } from '../../../src/actors/tree/child-spec.js';
import { Directory } from '../../../src/actors/tree/directory.js';
import type { Observation, TreeEnvironment } from '../../../src/actors/tree/environment.js';
import { spec } from '../../../src/actors/tree/spec.js';
import type { NewJournalEvent } from '../../../src/machines/events.js';
import type { ActorExit } from '../../../src/machines/exits/exit.js';
import { SimulatedClock } from '../../../src/testing/index.js';

/** A tree environment whose clock is simulated and that remembers what it was told. */
export class TestTree {
  readonly clock = new SimulatedClock();
  readonly directory = new Directory();
  readonly journalled: NewJournalEvent[] = [];
  readonly observed: Observation[] = [];
  readonly exits: ActorExit[] = [];
  /** What the children did, in order: `+a` started, `-a` stopped or ended. */
  readonly log: string[] = [];

  readonly env: TreeEnvironment = {
    clock: this.clock,
    random: () => 0.5,
    directory: this.directory,
    journal: (event) => void this.journalled.push(event),
    observe: (observation) => void this.observed.push(observation),
  };

  /** Starts a child of the root. */
  async start(child: ChildSpec): Promise<Cell> {
    const started = await startChild(this.env, '/', child, 1, (exit) => void this.exits.push(exit));
    if (started === 'ignore') throw new Error('ignored');
    return started.cell;
  }

  /** A child that logs its life; it crashes on `crash` and finishes on `finish`. */
  child(id: string, options: Omit<ChildOptions, 'id' | 'start'> = {}): ChildSpec {
    return spec({ id, ...options, start: () => this.logic(id) });
  }

  logic(id: string) {
    const alive = fromCallback(() => {
      this.log.push(`+${id}`);
      return () => void this.log.push(`-${id}`);
    });
    return createMachine({
      invoke: { src: alive },
      initial: 'alive',
      states: { alive: { on: { finish: 'finished' } }, finished: { type: 'final' } },
      on: {
        crash: {
          actions: () => {
            throw new Error(`${id} crashed`);
          },
        },
      },
    });
  }

  send(path: string, type: string): void {
    if (!this.directory.send(path, { type })) throw new Error(`nobody at ${path}`);
  }

  /** Lets everything that is on its way arrive: no time passes on the simulated clock. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}
