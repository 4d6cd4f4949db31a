import { MAX_PAYLOAD_BYTES } from '../../persistence/sql/payload.js';
import type { OperationsPlace } from '../../persistence/store.js';

/** Where the operations of a system are, as the store is told. */
export function operationsPlace(module: URL, system: string, maxPayload = MAX_PAYLOAD_BYTES): OperationsPlace {
  return { runner: new URL('./runner.js', import.meta.url).href, module: module.href, system, maxPayload };
}
