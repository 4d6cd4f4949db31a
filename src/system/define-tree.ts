import type { ChildSpec } from '../actors/tree/child-spec.js';
import type { PlacesOf, Shaped } from '../actors/tree/tree-types.js';
import { checkSystemOptions, type SystemOptions } from './options.js';

/** The options of a system with the paths of its tree in their type. */
export type DefinedTree<C extends readonly ChildSpec[]> = SystemOptions & Shaped<PlacesOf<C>>;

/**
 * The options of `createSystem`, as they are. The system that is made of them knows the paths of its tree: a mistyped one does
 * not compile, and what lives at a path has its types. Below pools and dynamic supervisors every path is taken; for children
 * that are started later under other supervisors, make a plain system: `createSystem<Place>(tree)`. A pool whose methods are
 * given as a type says its id too: `pool<Methods, 'embed'>(…)`; with a `contract` both are seen by themselves.
 *
 * @throws EspalierError `ESP_INVALID` naming the option that does not fit
 * @example
 * import { createSystem, defineTree, machine, pool } from 'espalier';
 * const tree = defineTree({
 *   name: 'app',
 *   children: [machine({ id: 'orders', logic: orderMachine }), pool({ id: 'sh', mode: 'exec', command: ['{}'], size: 2 })],
 * });
 * const app = await createSystem(tree);
 * app.actor('/orders').send({ type: 'pay' });
 */
export function defineTree<const C extends readonly ChildSpec[]>(
  options: SystemOptions & { readonly children: C },
): DefinedTree<C> {
  checkSystemOptions(options);
  return options;
}
