import type { AskHandler } from './actors/asks.js';
import { checkTools, type HostTool } from './actors/host-tool.js';
import { type ChildSpec, isChildSpec } from './actors/spec.js';
import { checkSupervision, type SupervisionOptions } from './actors/supervisor.js';
import { EspalierError } from './errors.js';
import { checkInspector, type InspectorServerOptions } from './inspection/inspector.js';

export interface SystemOptions extends Pick<SupervisionOptions, 'strategy' | 'intensity' | 'period'> {
  /** For people, and for the name of the default store. */
  readonly name: string;
  /** The database file, or `:memory:`; `.espalier/<name>.db` by default. */
  readonly store?: string;
  readonly children?: readonly ChildSpec[];
  /** `full` (default): what was acknowledged survives power loss; `normal`: every crash of processes. */
  readonly synchronous?: 'full' | 'normal';
  /** What the host can do for its workers, and for whoever calls `system.tools`. */
  readonly tools?: readonly HostTool[];
  /** Hears of the questions of workers; without it they wait in `system.asks`. */
  readonly onAsk?: AskHandler;
  /** Serves the inspector on 127.0.0.1 while the system lives; `system.inspector.url` opens it. */
  readonly inspector?: InspectorServerOptions;
}

/** The subtree of Espalier's own actors. */
export const OWN_ID = 'espalier';

const NAME = /^\w[\w.-]{0,99}$/;

/** @throws EspalierError `ESP_INVALID` naming the option that does not fit */
export function checkSystemOptions(options: SystemOptions): void {
  const { name, store, synchronous, children = [] } = options;
  if (typeof name !== 'string' || !NAME.test(name)) invalid(`name is ${JSON.stringify(name)}; it must match ${NAME}`);
  if (store !== undefined && (typeof store !== 'string' || store === '')) {
    invalid(`store is ${JSON.stringify(store)}; it must be a file, or ':memory:'`);
  }
  if (synchronous !== undefined && !['full', 'normal'].includes(synchronous)) {
    invalid(`synchronous is ${JSON.stringify(synchronous)}; it must be 'full' or 'normal'`);
  }
  if (!Array.isArray(children) || !children.every(isChildSpec)) invalid('children must be child specifications');
  if (children.some(({ id }) => id === OWN_ID)) invalid(`the id '${OWN_ID}' is taken by the system's own actors`);
  checkSupervision('/', options);
  checkTools(options.tools ?? []);
  if (options.inspector) checkInspector(options.inspector);
}

function invalid(problem: string): never {
  throw new EspalierError('ESP_INVALID', `createSystem: ${problem}`);
}
