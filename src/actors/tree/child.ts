import type { Snapshot } from 'xstate';
import { EspalierError } from '../../errors.js';
import type { ActorExit } from '../../machines/exits/exit.js';
import { toExitRecord } from '../../machines/exits/exit-record.js';
import { shown } from '../../options.js';
import { Cell } from '../cell/cell.js';
import type { Logic } from '../cell/logic.js';
import { keeperOf } from '../durable/restore.js';
import type { ChildSpec, StartResult } from './child-spec.js';
import type { TreeEnvironment } from './environment.js';

/** A started child. */
export interface StartedChild {
  readonly cell: Cell;
}

export interface StartChildOptions {
  /** Asked when `spec.start` has answered: if the start has been withdrawn meanwhile, no cell is made. */
  readonly isWithdrawn?: () => boolean;
  /** Called with the cell when it begins to start: it can be stopped before it has. */
  readonly onCell?: (cell: Cell) => void;
}

/** The path of a child; `/` is the root. */
export function childPath(parentPath: string, id: string): string {
  return parentPath === '/' ? `/${id}` : `${parentPath}/${id}`;
}

/**
 * The path that a user means: `embed` is `/embed`.
 *
 * @throws EspalierError `ESP_INVALID` for what is no text
 */
export function absolutePath(path: string): string {
  if (typeof path !== 'string') throw new EspalierError('ESP_INVALID', `a path is text, not ${String(path)}`);
  return path.startsWith('/') ? path : `/${path}`;
}

/**
 * Starts one incarnation of a child and resolves when it has started. `onExit` is called once, after that, when it ends;
 * a start that fails is a rejection and no exit.
 *
 * @throws what `spec.start` or the actor threw; `ESP_CONFLICT` if its path is taken; `ESP_STOPPED` if withdrawn
 */
export async function startChild(
  env: TreeEnvironment,
  parentPath: string,
  spec: ChildSpec,
  incarnation: number,
  onExit: (exit: ActorExit) => void,
  options: StartChildOptions = {},
): Promise<StartedChild | 'ignore'> {
  const path = childPath(parentPath, spec.id);
  const result = await spec.start({ path, incarnation, env });
  if (result === 'ignore') return 'ignore';
  if (options.isWithdrawn?.()) throw new EspalierError('ESP_STOPPED', `the start of ${path} was withdrawn`);
  const cell = makeCell(env, path, spec, incarnation, result);
  env.directory.register(cell);
  if (reportsStates(spec)) cell.subscribe(reporter(env, cell, spec));
  void cell.exited.then((exit) => {
    env.directory.release(cell, exit);
    const detail = toExitRecord(exit);
    env.observe({ path, incarnation, role: spec.role, kept: spec.observe, state: 'exited', detail });
  });
  options.onCell?.(cell);
  await cell.start();
  const { role } = spec;
  // Those with states of their own have reported one already.
  const isSilent = !reportsStates(spec) || stateOf(cell.getSnapshot()) === undefined;
  if (isSilent && !cell.exit) env.observe({ path, incarnation, role, state: 'running' });
  // The caller gets the cell first, then its exit, also of one that ended at once.
  queueMicrotask(() => void cell.exited.then(onExit));
  return { cell };
}

/** Of plain machines only the start and the end are reported: there may be very many of them. */
function reportsStates({ role, observe }: ChildSpec): boolean {
  return observe || role !== 'machine';
}

/** Reports each new state. */
function reporter(
  env: TreeEnvironment,
  { path, incarnation, role }: Cell,
  { observe: kept }: ChildSpec,
): (snapshot: Snapshot<unknown>) => void {
  let last: string | undefined;
  return (snapshot) => {
    const state = snapshot.status === 'active' ? stateOf(snapshot) : undefined;
    if (state === undefined || state === last) return;
    last = state;
    env.observe({ path, incarnation, role, kept, state });
  };
}

/** The name of a machine's state; nested ones as JSON. */
function stateOf(snapshot: Snapshot<unknown>): string | undefined {
  if (!('value' in snapshot)) return undefined;
  return typeof snapshot.value === 'string' ? snapshot.value : JSON.stringify(snapshot.value);
}

function makeCell(env: TreeEnvironment, path: string, spec: ChildSpec, incarnation: number, result: Runnable): Cell {
  const { logic, input, saved } = takeApart(path, result);
  const { role } = spec;
  const { clock, directory } = env;
  return new Cell({
    path,
    incarnation,
    logic,
    input,
    saved,
    keeper: spec.saved && keeperOf({ path, incarnation, env }, spec.saved),
    mailbox: spec.mailbox,
    exitOf: spec.exitOf,
    clock,
    role,
    onDeadLetter: (event, reason) => void directory.deadLetter(path, event, reason),
    onFault: (error) => env.observe({ path, incarnation, role, state: 'fault', detail: error }),
  });
}

type Runnable = Exclude<StartResult, 'ignore'>;

/** @throws EspalierError `ESP_INVALID` for an answer that nothing can be started from */
function takeApart(path: string, result: Runnable): Exclude<Runnable, Logic> {
  if (isLogic(result)) return { logic: result };
  const answer: unknown = result;
  if (typeof answer === 'object' && answer !== null && 'logic' in answer && isLogic(answer.logic)) return result;
  const expected = "a logic of XState, { logic, input }, or 'ignore'";
  throw new EspalierError('ESP_INVALID', `the start of ${path} answered ${shown(result)}; it must be ${expected}`, {
    context: { path },
  });
}

function isLogic(value: unknown): value is Logic {
  return typeof value === 'object' && value !== null && 'transition' in value && typeof value.transition === 'function';
}
