import fc from 'fast-check';
import type { Strategy } from '../../../src/machines/supervise/state/state.js';

// Sequences of commands against a real tree: `/t` supervises `/t/s`, which supervises a machine that is saved, a service with
// a real process, and a plain machine. A model that was written apart says who is alive, and in which incarnation.

export const IDS = ['saved', 'svc', 'plain'] as const;
export type Id = (typeof IDS)[number];
export const INTENSITY = 2;
export const PERIOD = 5000;
/** Longer than any backoff. */
const LONG = 40_000;

export type Command =
  | { readonly do: 'crash' | 'finish'; readonly id: 'saved' | 'plain' }
  | { readonly do: 'kill' | 'stop' | 'terminate' | 'restart'; readonly id: Id }
  | { readonly do: 'kill -9' | 'count' | 'stop the supervisor' | 'kill the supervisor' }
  | { readonly do: 'advance'; readonly ms: number };

export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ do: fc.constantFrom('crash', 'finish'), id: fc.constantFrom('saved', 'plain') }),
  fc.record({ do: fc.constantFrom('kill', 'stop', 'terminate', 'restart'), id: fc.constantFrom(...IDS) }),
  fc.record({ do: fc.constantFrom('kill -9', 'count', 'stop the supervisor', 'kill the supervisor') }),
  fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(100, 1000, PERIOD + 1, LONG) }),
);

/** A sequence as one reads it: a step a line. */
export function script(strategy: Strategy, sequence: readonly Command[]): string {
  const steps = sequence.map((command, index) => `  ${String(index + 1).padStart(2)}. ${describe(command)}`);
  return [`a supervisor of ${IDS.join(', ')} (${strategy}, ${INTENSITY} restarts in ${PERIOD} ms):`, ...steps].join(
    '\n',
  );
}

function describe(command: Command): string {
  if ('id' in command) return `${command.do} ${command.id}`;
  return command.do === 'advance' ? `let ${command.ms} ms pass` : command.do;
}

/** Restarts within a period. */
class Budget {
  #at: number[] = [];

  constructor(readonly intensity: number) {}

  /** Whether one more is within it. */
  allows(now: number): boolean {
    this.#at = [...this.#at.filter((at) => now - at <= PERIOD), now];
    return this.#at.length <= this.intensity;
  }
}

/** Who must be alive, from what was done alone. */
export class Model {
  now = 0;
  over = false;
  /** What the saved machine has counted. */
  count = 0;
  readonly starts: Record<Id, number> = { saved: 1, svc: 1, plain: 1 };
  readonly alive = new Set<Id>(IDS);
  supervisors = 1;
  #budget = new Budget(INTENSITY);
  readonly #above = new Budget(1);

  constructor(readonly strategy: Strategy) {}

  act(command: Command): void {
    switch (command.do) {
      case 'crash':
      case 'kill':
        return this.#ends(command.id, true);
      case 'finish':
        if (command.id === 'saved' && this.alive.has('saved')) this.count = 0;
        return this.#ends(command.id, command.id !== 'saved');
      case 'stop':
        return this.#ends(command.id, command.id !== 'saved');
      case 'terminate':
        return void this.alive.delete(command.id);
      case 'restart':
        return this.alive.has(command.id) ? undefined : this.#start([command.id]);
      case 'count':
        if (this.alive.has('saved')) this.count += 1;
        return;
      case 'advance':
        this.now += command.ms;
        return;
      case 'stop the supervisor':
      case 'kill the supervisor':
        return this.#supervisorEnds();
      case 'kill -9':
        // Its starter's affair: no supervisor hears of it.
        return;
      default:
        command satisfies never;
    }
  }

  #ends(id: Id, isRestarted: boolean): void {
    if (!this.alive.delete(id) || !isRestarted) return;
    if (!this.#budget.allows(this.now)) return this.#supervisorEnds();
    const from = { one_for_one: [id], one_for_all: IDS, rest_for_one: IDS.slice(IDS.indexOf(id)) };
    this.#start(from[this.strategy]);
  }

  #supervisorEnds(): void {
    this.alive.clear();
    this.over = !this.#above.allows(this.now);
    if (this.over) return;
    this.#budget = new Budget(INTENSITY);
    this.supervisors += 1;
    this.#start(IDS);
  }

  #start(ids: readonly Id[]): void {
    for (const id of ids) {
      this.alive.add(id);
      this.starts[id] += 1;
    }
  }
}
