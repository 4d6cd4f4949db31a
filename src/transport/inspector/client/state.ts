import type {
  ActorDetail,
  ActorSummary,
  GaugesMessage,
  JobDetail,
  JobInfo,
  Observed,
  Position,
  ProcessInfo,
  QueueInfo,
  RunDetail,
  RunInfo,
  ScheduleDetail,
  ScheduleInfo,
  View,
  ViewType,
  WireEvent,
} from '../protocol/wire.js';

/** What is known of each view. Maps are live: they are changed in place, and each change comes with a new state object. */
interface Contents {
  readonly tree: { readonly actors: ReadonlyMap<string, ActorSummary> };
  readonly actor: { readonly actor: ActorDetail | null; readonly observed: readonly Observed[] };
  readonly timeline: { readonly events: readonly WireEvent[] };
  readonly runs: { readonly runs: ReadonlyMap<string, RunInfo> };
  readonly run: { readonly run: RunDetail | null };
  readonly processes: { readonly processes: ReadonlyMap<string, ProcessInfo> };
  readonly queues: { readonly queues: readonly QueueInfo[] };
  /** The newest first; `more` when there are others before them. */
  readonly jobs: { readonly jobs: readonly JobInfo[]; readonly more: boolean };
  readonly job: { readonly job: JobDetail | null };
  readonly schedules: { readonly schedules: readonly ScheduleInfo[] };
  readonly schedule: { readonly schedule: ScheduleDetail | null };
  readonly gauges: { readonly gauges: GaugesMessage | null };
}

/** A view as the client has it. */
export type ViewState = {
  [K in ViewType]: {
    readonly type: K;
    /** False until the first snapshot has come. */
    readonly ready: boolean;
    /** Where the next connection goes on; null before the first snapshot. */
    readonly position: Position | null;
    /** How often the server had to begin anew, and why it last did. */
    readonly resyncs: { readonly count: number; readonly last: string | null };
  } & Contents[K];
}[ViewType];

/** What was new in a message: whole, or by key (paths, runs, process ids; the `seq` of events). */
export interface ViewChange {
  readonly whole: boolean;
  readonly changed: readonly (string | number)[];
  readonly removed: readonly string[];
}

/** How many events of a timeline, and how much of what a machine did, is kept. */
export const KEPT_EVENTS = 5000;
export const KEPT_OBSERVED = 500;

/** A view before its first snapshot. */
export function emptyState(type: ViewType): ViewState {
  const common = { ready: false, position: null, resyncs: { count: 0, last: null } };
  switch (type) {
    case 'tree':
      return { ...common, type, actors: new Map() };
    case 'actor':
      return { ...common, type, actor: null, observed: [] };
    case 'timeline':
      return { ...common, type, events: [] };
    case 'runs':
      return { ...common, type, runs: new Map() };
    case 'run':
      return { ...common, type, run: null };
    case 'processes':
      return { ...common, type, processes: new Map() };
    case 'queues':
      return { ...common, type, queues: [] };
    case 'jobs':
      return { ...common, type, jobs: [], more: false };
    case 'job':
      return { ...common, type, job: null };
    case 'schedules':
      return { ...common, type, schedules: [] };
    case 'schedule':
      return { ...common, type, schedule: null };
    case 'gauges':
      return { ...common, type, gauges: null };
    default:
      return type satisfies never;
  }
}

/** The type of state that a view has. */
export type StateOf<V extends View> = Extract<ViewState, { type: V['type'] }>;

export function isStateOf<V extends View>(state: ViewState, view: V): state is StateOf<V> {
  return state.type === view.type;
}
