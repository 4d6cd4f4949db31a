import { EspalierError } from '../../errors.js';
import type { ChildSpec, StartContext } from '../../index.js';
import { checkArgument, whole } from '../../options.js';

/** A start that waits. */
export interface HeldStart {
  /** Resolves when the child begins to start. */
  readonly reached: Promise<void>;
  /** Lets it go on. */
  release(): void;
}

interface StartGate {
  readonly open: Promise<void>;
  reach(): void;
}

/**
 * Makes the starts of children fail or wait, by path. Children take part whose specification went through `in`.
 *
 * @example
 * import { createSystem, machine } from 'espalier';
 * import { Faults } from 'espalier/testing';
 * const faults = new Faults();
 * faults.failStarts('/orders', 2); // the first two starts fail
 * const orders = faults.in(machine({ id: 'orders', logic: orderMachine, restart: 'transient' }));
 * const system = await createSystem({ name: 'test', store: ':memory:', children: [orders] });
 */
export class Faults {
  readonly #failures = new Map<string, { left: number; readonly error: unknown }>();
  readonly #gates = new Map<string, StartGate>();

  /** The same specification, whose starts can be disturbed. */
  in(spec: ChildSpec): ChildSpec {
    return {
      ...spec,
      start: async (context) => {
        await this.#disturb(context);
        return spec.start(context);
      },
    };
  }

  /** The next `times` starts at a path fail with `error`. */
  failStarts(
    path: string,
    times = 1,
    error: unknown = new EspalierError('ESP_TEST', `the start of ${path} was made to fail`),
  ): void {
    checkArgument('how often a start fails', times, whole(0));
    this.#failures.set(path, { left: times, error });
  }

  /** The next start at a path waits until it is released. */
  holdStart(path: string): HeldStart {
    const [open, release] = gate();
    const [reached, reach] = gate();
    this.#gates.set(path, { open, reach });
    return { reached, release };
  }

  async #disturb({ path }: StartContext): Promise<void> {
    const gate = this.#gates.get(path);
    if (gate) {
      this.#gates.delete(path);
      gate.reach();
      await gate.open;
    }
    const failure = this.#failures.get(path);
    if (!failure || failure.left === 0) return;
    failure.left -= 1;
    throw failure.error;
  }
}

/** A promise, and what fulfils it. */
function gate(): [opened: Promise<void>, open: () => void] {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, open];
}
