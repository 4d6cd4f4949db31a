import { checkArgument, text } from '../../options.js';
import type { Store } from '../../persistence/store.js';

/** The operations that a system was given, as they are called by themselves. */
export class Operations {
  readonly #store: () => Pick<Store, 'operations'>;

  /** @param store throws when the system takes no more work */
  constructor(store: () => Pick<Store, 'operations'>) {
    this.#store = store;
  }

  /** Their names. */
  get names(): readonly string[] {
    return this.#store().operations.names;
  }

  /**
   * Runs one in a transaction of the store. Resolves with its answer once what it wrote is durable.
   *
   * @throws what the operation throws, with its code, stack and fields; `ESP_NOT_FOUND` for one that is not there; `ESP_INVALID`
   * for statements that it may not run. Nothing of it was kept then
   * @example
   * const seats = await system.operations.call('reserve', { show: 7, seats: 2 });
   */
  async call(operation: string, args: unknown = null): Promise<unknown> {
    checkArgument('operation', operation, text);
    return await this.#store().operations.call(operation, args);
  }
}
