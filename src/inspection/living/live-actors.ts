import type { AnyStateMachine, Snapshot } from 'xstate';
import type { Cell } from '../../actors/cell/cell.js';
import { isMachine } from '../../actors/cell/machine-logic.js';
import type { Directory } from '../../actors/tree/directory.js';
import type { SupervisorState } from '../../machines/supervise/state/state.js';
import type { LiveActor, LiveActors } from '../../transport/inspector/seen/actors.js';

/** The living actors of a directory, for those who look. */
export function liveActors(directory: Directory): LiveActors {
  return {
    get: (path) => {
      const cell = directory.whereis(path);
      return cell && liveActor(cell, directory);
    },
    get deadLetters() {
      return Object.values(directory.deadLetters).reduce((sum, count) => sum + count, 0);
    },
  };
}

function liveActor(cell: Cell, directory: Directory): LiveActor {
  return {
    path: cell.path,
    incarnation: cell.incarnation,
    role: cell.role,
    state: () => stateOf(cell.getSnapshot()),
    budget: () => {
      const supervision = supervisionOf(cell);
      if (!supervision) return null;
      const { intensity, periodMs } = supervision.policy;
      return { intensity, periodMs, restarts: [...supervision.restarts] };
    },
    isDynamic: () => supervisionOf(cell)?.policy.dynamic === true,
    inside: () => inside(cell, directory),
    watch: (changed) => {
      const subscription = cell.subscribe(changed);
      return () => subscription.unsubscribe();
    },
    observe: (happened) => {
      const subscription = cell.inspect(happened);
      return () => subscription.unsubscribe();
    },
  };
}

/** The name of a machine's state, nested ones as JSON; `running` for what has none. */
function stateOf(snapshot: Snapshot<unknown>): string {
  if (!('value' in snapshot)) return 'running';
  return typeof snapshot.value === 'string' ? snapshot.value : JSON.stringify(snapshot.value);
}

function inside(cell: Cell, directory: Directory): ReturnType<LiveActor['inside']> {
  const snapshot = cell.getSnapshot();
  return {
    value: 'value' in snapshot ? snapshot.value : null,
    active: activeIn(snapshot),
    context: shownContext(cell, snapshot),
    machine: machineOf(cell),
    spec: specOf(cell, directory),
  };
}

function activeIn(snapshot: Snapshot<unknown>): readonly string[] {
  if (!('_nodes' in snapshot) || !Array.isArray(snapshot._nodes)) return [];
  return snapshot._nodes.map((node: { readonly id: string }) => node.id);
}

function machineOf(cell: Cell): AnyStateMachine | null {
  const logic: unknown = 'logic' in cell.ref ? cell.ref.logic : null;
  return isStateMachine(logic) ? logic : null;
}

function isStateMachine(logic: unknown): logic is AnyStateMachine {
  return (
    typeof logic === 'object' && logic !== null && 'transition' in logic && 'root' in logic && isMachine(Object(logic))
  );
}

/** A user's machine is shown as it is; of our own what says something to somebody who does not know them by heart. */
function shownContext(cell: Cell, snapshot: Snapshot<unknown>): unknown {
  const context: unknown = 'context' in snapshot ? snapshot.context : null;
  const supervision = supervisionOf(cell);
  if (supervision) {
    const { strategy, dynamic, autoShutdown } = supervision.policy;
    const waiting = supervision.agenda.size;
    return { strategy, dynamic, autoShutdown, children: supervision.children.size, phase: supervision.phase, waiting };
  }
  switch (cell.role) {
    case 'machine':
      return context;
    case 'starter':
    case 'service':
      return picked(context, ['mode', 'incarnation', 'failures', 'failedBoots', 'stable', 'reason']);
    case 'worker':
      return picked(context, ['mode', 'timeoutMs', 'bootMs', 'graceMs', 'cause', 'exit', 'error', 'served']);
    case 'lane':
      return picked(context, ['capacity', 'atWork']);
    case 'coordinator':
    case 'queue':
    case 'dispatcher':
    case 'supervisor':
    case 'pool':
      return null;
    default:
      return cell.role satisfies never;
  }
}

function picked(context: unknown, names: readonly string[]): Record<string, unknown> {
  const known = typeof context === 'object' && context !== null ? Object.entries(context) : [];
  return Object.fromEntries(known.filter(([name]) => names.includes(name)));
}

/** The ids of a supervisor's children, in the order of their start; none for what supervises nobody. */
export function childIds(cell: Cell): readonly string[] {
  return supervisionOf(cell)?.children.ids() ?? [];
}

function supervisionOf(cell: Cell): SupervisorState | null {
  const snapshot = cell.getSnapshot();
  const context: unknown = 'context' in snapshot ? snapshot.context : null;
  if (cell.role !== 'supervisor' && cell.role !== 'pool') return null;
  const isKnown = typeof context === 'object' && context !== null && 'supervision' in context;
  return isKnown && isSupervision(context.supervision) ? context.supervision : null;
}

function isSupervision(value: unknown): value is SupervisorState {
  return typeof value === 'object' && value !== null && 'policy' in value && 'restarts' in value && 'children' in value;
}

/** How its supervisor was told to treat it; those that a starter starts have no supervisor. */
function specOf(cell: Cell, directory: Directory): ReturnType<LiveActor['inside']>['spec'] {
  const at = cell.path.lastIndexOf('/');
  const parent = directory.whereis(cell.path.slice(0, at) || '/');
  const child = parent && cell.path !== '/' && supervisionOf(parent)?.children.get(cell.path.slice(at + 1));
  if (!child) return null;
  const { restart, shutdown, significant } = child.policy;
  return { restart, shutdown: String(shutdown), significant };
}
