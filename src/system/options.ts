import type { AskHandler } from '../actors/desk/asks.js';
import { checkTools, type HostTool } from '../actors/desk/host-tool.js';
import type { ChildSpec } from '../actors/tree/child-spec.js';
import { checkChildren, type SupervisionOptions, supervisionRules } from '../actors/tree/supervisor.js';
import { type Stdio, stdioRule } from '../actors/worker/stdio.js';
import { EspalierError } from '../errors.js';
import { retentionRule } from '../host/upkeep/retention-rule.js';
import { type InspectorServerOptions, inspectorRule } from '../inspection/inspector.js';
import type { Retention } from '../machines/work/retention.js';
import {
  type Aliases,
  anything,
  checkOptions,
  fields,
  flag,
  func,
  kind,
  listOf,
  oneOf,
  type Rules,
  required,
  whole,
} from '../options.js';
import type { ReportListener } from './reporter.js';

export interface SystemOptions extends Pick<SupervisionOptions, 'strategy' | 'intensity' | 'period'> {
  /** For people, and for the name of the default store. */
  readonly name: string;
  /** The database file, or `:memory:`; `.espalier/<name>.db` by default. */
  readonly store?: string;
  /**
   * Who may read and write the store: 0600 (its user alone) unless you share it, as 0660 does with its group. Each start gives
   * it to the database and what lies beside it, and to a folder `.espalier` with the right to look into it.
   */
  readonly storeMode?: number;
  readonly children?: readonly ChildSpec[];
  /** `full` (default): what was acknowledged survives power loss; `normal`: every crash of processes. */
  readonly synchronous?: 'full' | 'normal';
  /** What the host can do for its workers, and for whoever calls `system.tools`. */
  readonly tools?: readonly HostTool[];
  /** Hears of the questions of workers; without it they wait in `system.asks`. */
  readonly onAsk?: AskHandler;
  /** Hears of crashes, of what gives up and of the tree's own end, in place of standard error; what repeats itself as a count. */
  readonly onReport?: ReportListener;
  /** What becomes of what workers and services print, where they do not say (`inherit`). */
  readonly stdio?: Stdio;
  /** Whether its pools do the durable jobs of their queues (true). Submitting and looking is open to it all the same. */
  readonly serveJobs?: boolean;
  /**
   * The module whose functions run in the store's transactions: with the success of a job (`commit`), or by
   * `system.operations.call`. JavaScript, or what this Node loads by itself.
   */
  readonly operations?: URL;
  /** How large an argument, a result, and what is said beside them may be, as JSON in bytes (1 MiB); more is `ESP_PAYLOAD`. */
  readonly maxPayload?: number;
  /** How often what running attempts print goes to the store, in milliseconds from 500 to 30 000 (1000). */
  readonly outputFlushMs?: number;
  /**
   * How long what has ended is kept, in milliseconds, null for ever: jobs that succeeded 7 days, others 30, events 30 days or a
   * gibibyte, runs until they are removed. false keeps all.
   */
  readonly retention?: Partial<Retention> | false;
  /** Serves the inspector on 127.0.0.1 while the system lives; `system.inspector.url` opens it. */
  readonly inspector?: InspectorServerOptions;
}

/** The subtree of Espalier's own actors. */
export const OWN_ID = 'espalier';

const NAME = /^\w[\w.-]{0,99}$/;

const { strategy, intensity, period, children } = supervisionRules;

const ALIASES: Aliases = { db: 'store', database: 'store', file: 'store', path: 'store', id: 'name' };

function isFileMode(value: unknown): boolean {
  return typeof value === 'number' && (value & 0o600) === 0o600 && (value & ~0o666) === 0;
}

const rules: Rules<SystemOptions> = {
  name: required(kind(`text that matches ${NAME}`, (value) => typeof value === 'string' && NAME.test(value))),
  store: kind("a file, or ':memory:'", (value) => typeof value === 'string' && value !== ''),
  storeMode: kind('a mode such as 0o660, in which its user may read and write', isFileMode),
  strategy,
  intensity,
  period,
  children,
  synchronous: oneOf('full', 'normal'),
  tools: listOf(anything, 'a list of tools'),
  onAsk: func,
  onReport: func,
  stdio: stdioRule,
  serveJobs: flag,
  operations: kind(
    "the URL of a module, such as new URL('./operations.js', import.meta.url)",
    (value) => value instanceof URL,
  ),
  maxPayload: whole(1),
  outputFlushMs: whole(500, 30_000),
  retention: (value, place) => (value === false ? undefined : retentionRule(value, place)),
  inspector: inspectorRule,
};

const rule = fields(rules, ALIASES);

/** @throws EspalierError `ESP_INVALID` naming the option that does not fit */
export function checkSystemOptions(options: SystemOptions): void {
  checkOptions('createSystem', options, rule);
  checkChildren('/', options);
  if (options.children?.some(({ id }) => id === OWN_ID)) {
    throw new EspalierError('ESP_INVALID', `createSystem: the id '${OWN_ID}' is taken by the system's own actors`);
  }
  checkTools(options.tools ?? []);
}
