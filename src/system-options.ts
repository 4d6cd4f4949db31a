import type { AskHandler } from './actors/asks.js';
import { checkTools, type HostTool } from './actors/host-tool.js';
import type { ReportListener } from './actors/reporter.js';
import type { ChildSpec } from './actors/spec.js';
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
  /** Hears of crashes, of what gives up and of the tree's own end, in place of standard error; what repeats itself as a count. */
  readonly onReport?: ReportListener;
  /** Serves the inspector on 127.0.0.1 while the system lives; `system.inspector.url` opens it. */
  readonly inspector?: InspectorServerOptions;
}

/** The subtree of Espalier's own actors. */
export const OWN_ID = 'espalier';

const NAME = /^\w[\w.-]{0,99}$/;

/** @throws EspalierError `ESP_INVALID` naming the option that does not fit */
export function checkSystemOptions(options: SystemOptions): void {
  const { name, store, synchronous, tools = [], onAsk, onReport, inspector } = options;
  if (typeof name !== 'string' || !NAME.test(name)) invalid(`name is ${JSON.stringify(name)}; it must match ${NAME}`);
  if (store !== undefined && (typeof store !== 'string' || store === '')) {
    invalid(`store is ${JSON.stringify(store)}; it must be a file, or ':memory:'`);
  }
  if (synchronous !== undefined && !['full', 'normal'].includes(synchronous)) {
    invalid(`synchronous is ${JSON.stringify(synchronous)}; it must be 'full' or 'normal'`);
  }
  checkSupervision('/', options);
  if (options.children?.some(({ id }) => id === OWN_ID))
    invalid(`the id '${OWN_ID}' is taken by the system's own actors`);
  checkTools(tools);
  if (onAsk !== undefined && typeof onAsk !== 'function') invalid('onAsk must be a function');
  if (onReport !== undefined && typeof onReport !== 'function') invalid('onReport must be a function');
  if (inspector !== undefined && typeof inspector !== 'object') invalid('inspector must be its options');
  if (inspector) checkInspector(inspector);
}

function invalid(problem: string): never {
  throw new EspalierError('ESP_INVALID', `createSystem: ${problem}`);
}
