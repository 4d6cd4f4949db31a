import type { OperationsPlace } from '../../persistence/store.js';

/** Where the operations of a system are, as the store is told. */
export function operationsPlace(module: URL, system: string): OperationsPlace {
  return { runner: new URL('./runner.js', import.meta.url).href, module: module.href, system };
}
