import type { DeltaMessage, ServerMessage, SnapshotMessage } from '../protocol/wire.js';
import { KEPT_EVENTS, KEPT_OBSERVED, type ViewChange, type ViewState } from './state.js';

/** A state and what was new in it; null when the message does not concern the view. */
export type Folded = { readonly state: ViewState; readonly change: ViewChange } | null;

const WHOLE: ViewChange = { whole: true, changed: [], removed: [] };
const keys = (changed: readonly (string | number)[], removed: readonly string[] = []): ViewChange => {
  return { whole: false, changed, removed };
};

/** What a view is after a message of the server. Maps of the state before are changed in place. */
export function fold(state: ViewState, message: ServerMessage, epoch: string): Folded {
  switch (message.type) {
    case 'snapshot':
      return begin(state, message, epoch);
    case 'delta':
      return change(state, message, epoch);
    case 'events': {
      if (state.type !== 'timeline') return null;
      const events = [...state.events, ...message.events].slice(-KEPT_EVENTS);
      const seqs = message.events.map(({ seq }) => seq);
      return { state: { ...state, events, position: { epoch, rev: 0, seq: message.seq } }, change: keys(seqs) };
    }
    case 'observed': {
      if (state.type !== 'actor') return null;
      const observed = [...state.observed, ...message.items].slice(-KEPT_OBSERVED);
      return { state: { ...state, observed }, change: keys([]) };
    }
    case 'gauges':
      return state.type === 'gauges' ? { state: { ...state, gauges: message }, change: WHOLE } : null;
    case 'resync': {
      const resyncs = { count: state.resyncs.count + 1, last: message.reason };
      return { state: { ...state, resyncs }, change: keys([]) };
    }
    default:
      return null;
  }
}

function begin(state: ViewState, { content, rev, seq }: SnapshotMessage, epoch: string): Folded {
  const common = { resyncs: state.resyncs, ready: true, position: { epoch, rev, seq } };
  const whole = (begun: ViewState): Folded => ({ state: begun, change: WHOLE });
  switch (content.view) {
    case 'tree':
      return whole({ ...common, type: 'tree', actors: new Map(content.actors.map((actor) => [actor.path, actor])) });
    case 'actor':
      return whole({ ...common, type: 'actor', actor: content.actor, observed: [] });
    case 'timeline':
      return whole({ ...common, type: 'timeline', events: content.events });
    case 'runs':
      return whole({ ...common, type: 'runs', runs: new Map(content.runs.map((run) => [run.run, run])) });
    case 'run':
      return whole({ ...common, type: 'run', run: content.run });
    case 'processes':
      return whole({ ...common, type: 'processes', processes: new Map(content.processes.map((one) => [one.id, one])) });
    case 'queues':
      return whole({ ...common, type: 'queues', queues: content.queues });
    case 'jobs':
      return whole({ ...common, type: 'jobs', jobs: content.jobs, more: content.more });
    case 'job':
      return whole({ ...common, type: 'job', job: content.job });
    case 'schedules':
      return whole({ ...common, type: 'schedules', schedules: content.schedules });
    case 'schedule':
      return whole({ ...common, type: 'schedule', schedule: content.schedule });
    case 'gauges':
      return whole({ ...common, type: 'gauges', gauges: state.type === 'gauges' ? state.gauges : null });
    default:
      return content satisfies never;
  }
}

function change(state: ViewState, { content, rev, seq }: DeltaMessage, epoch: string): Folded {
  const position = { epoch, rev, seq };
  switch (content.view) {
    case 'tree': {
      if (state.type !== 'tree') return null;
      const actors = merge(state.actors, content.changed, content.removed, ({ path }) => path);
      return {
        state: { ...state, position, actors },
        change: keys(
          content.changed.map(({ path }) => path),
          content.removed,
        ),
      };
    }
    case 'runs': {
      if (state.type !== 'runs') return null;
      const runs = merge(state.runs, content.changed, content.removed, ({ run }) => run);
      return {
        state: { ...state, position, runs },
        change: keys(
          content.changed.map(({ run }) => run),
          content.removed,
        ),
      };
    }
    case 'processes': {
      if (state.type !== 'processes') return null;
      const processes = merge(state.processes, content.changed, content.removed, ({ id }) => id);
      return {
        state: { ...state, position, processes },
        change: keys(
          content.changed.map(({ id }) => id),
          content.removed,
        ),
      };
    }
    case 'actor':
      return state.type === 'actor' ? { state: { ...state, position, actor: content.actor }, change: WHOLE } : null;
    case 'run':
      return state.type === 'run' ? { state: { ...state, position, run: content.run }, change: WHOLE } : null;
    default:
      return content satisfies never;
  }
}

function merge<T>(
  known: ReadonlyMap<string, T>,
  changed: readonly T[],
  removed: readonly string[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, T> {
  // Ten thousand actors are not copied sixty times a second.
  const live = known instanceof Map ? known : new Map(known);
  for (const key of removed) live.delete(key);
  for (const item of changed) live.set(keyOf(item), item);
  return live;
}
