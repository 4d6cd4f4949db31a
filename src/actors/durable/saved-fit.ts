import type { Snapshot } from 'xstate';
import { z } from 'zod';
import { toErrorRecord } from '../../errors.js';
import { issuesOf } from '../../issues.js';
import { misfit, type SnapshotLabel } from '../../machines/snapshot-label.js';
import type { SnapshotRecord } from '../../persistence/store.js';
import type { MachineLogic } from '../cell/machine-logic.js';
import type { SavedCell, SavedTimer } from '../cell/saved-cell.js';
import type { SavedMachine } from './saved-machine.js';
import { decode } from './snapshot-codec.js';

const stateForm = z.object({
  snapshot: z.custom<Snapshot<unknown>>((value) => typeof value === 'object' && value !== null && 'status' in value),
  timers: z.array(
    z.object({
      source: z.array(z.string()),
      target: z.array(z.string()),
      event: z.looseObject({ type: z.string() }),
      // A machine need not name what it sends itself later.
      id: z.string().optional(),
      // A delay without end is one that never fires.
      due: z.number().or(z.literal(Number.POSITIVE_INFINITY)),
    }),
  ),
});

const versionForm = z
  .json()
  .transform((given) =>
    typeof given === 'string' ? given : typeof given === 'object' ? JSON.stringify(given) : String(given),
  );

// Earlier releases let anything be a version: the number 1 is taken for the text that it would have been.
const labelForm = z.object({ machine: z.string(), version: versionForm, hash: z.string() });

/** What a machine makes of a saved state: it goes on from it, or says why it cannot. */
export type Fitting =
  | {
      readonly saved: SavedCell;
      readonly from: SnapshotLabel;
      /** As it was saved, though the definition has changed since, or what `migrate` made of it. */
      readonly how: 'same' | 'changed' | 'migrated';
    }
  | { readonly saved: null; readonly from: SnapshotLabel | null; readonly reason: string; readonly isGivenUp: boolean };

/**
 * Looks whether a machine can go on from a saved state. One of another machine or version goes to `migrate`; one of an equal
 * version is taken as it is where it fits the present definition by name, and goes to `migrate` only where it does not.
 */
export async function fitOf(record: SnapshotRecord, machine: SavedMachine): Promise<Fitting> {
  const label = labelForm.safeParse(record.detail);
  if (!label.success) return refused(null, 'it does not say of which machine and version it is');
  try {
    return await examine(record, label.data, machine);
  } catch (error) {
    return refused(label.data, toErrorRecord(error).message);
  }
}

async function examine(record: SnapshotRecord, from: SnapshotLabel, machine: SavedMachine): Promise<Fitting> {
  const { logic, label, migrate } = machine;
  const form = stateForm.safeParse(decode(record.state));
  if (!form.success) return refused(from, `it is damaged: ${issuesOf(form.error, 'state')}`);
  const cell = form.data;
  const isChanged = from.hash !== label.hash;
  const reason = misfit(from, label) ?? (await problemOf(cell, logic, isChanged));
  if (reason === undefined) return { saved: cell, from, how: isChanged ? 'changed' : 'same' };
  // Where nothing has changed there is nothing to migrate from.
  if (misfit(from, label) === undefined && !isChanged) return refused(from, reason);
  if (!migrate) return refused(from, `${reason}; give the machine a migrate for it`);
  const snapshot = migrate(cell.snapshot, from);
  if (!snapshot) return { ...refused(from, 'migrate began afresh'), isGivenUp: true };
  const saved = { snapshot, timers: cell.timers };
  const problem = await problemOf(saved, logic, false);
  return problem === undefined ? { saved, from, how: 'migrated' } : refused(from, problem);
}

function refused(from: SnapshotLabel | null, reason: string): Extract<Fitting, { saved: null }> {
  return { saved: null, from, reason, isGivenUp: false };
}

const machineForm = z.looseObject({
  status: z.literal('active'),
  value: z.union([z.string(), z.record(z.string(), z.unknown())]),
  context: z.unknown(),
  children: z.record(z.string(), z.looseObject({ src: z.string() })),
});

type Running = z.output<typeof machineForm>;

/**
 * What XState would only notice later, or never: a state that is gone, a context that the machine's schema does not accept, a
 * child whose logic is not registered.
 *
 * @param isOther whether it is of another definition: then what is known by its place alone may have become something else
 */
async function problemOf({ snapshot, timers }: SavedCell, logic: MachineLogic, isOther: boolean) {
  const form = machineForm.safeParse(snapshot);
  if (!form.success) return 'it is not the state of a running machine';
  const { value, children, context } = form.data;
  const homeless = Object.entries(children).find(
    ([, { src }]) => !logic.implementations.actors[src] && !isInvoked(src),
  );
  if (homeless) return `its child '${homeless[0]}' needs the logic '${homeless[1].src}', which is not registered`;
  const state = resolved(value, logic);
  if (typeof state === 'string') return state;
  if (isOver(state)) return 'the state it was in is a final one now, and it would never come to its end';
  return (
    (await contextProblem(context, logic)) ?? (isOther ? changeProblem(form.data, timers, nodesOf(state)) : undefined)
  );
}

/** A state of a machine; what XState says where there is none of that name. */
function resolved(value: Running['value'], logic: MachineLogic): object | string {
  try {
    return Object(logic.resolveState({ value, context: {} }));
  } catch (error) {
    return toErrorRecord(error).message;
  }
}

/** XState ends a machine when it comes into a final state, not when it goes on from one. */
function isOver(state: object): boolean {
  return 'status' in state && state.status === 'done';
}

/** XState's name for a logic that is written into the `invoke` itself: it is part of the definition. */
function isInvoked(src: string): boolean {
  return src.startsWith('xstate.invoke.');
}

const nodesForm = z.object({
  _nodes: z.array(
    z.object({
      id: z.string(),
      invoke: z.array(z.object({ id: z.string() })),
      after: z.array(z.object({ eventType: z.string() })),
    }),
  ),
});

type ActiveNodes = z.output<typeof nodesForm>['_nodes'];

function nodesOf(state: unknown): ActiveNodes {
  return nodesForm.parse(state)._nodes;
}

/**
 * What a changed definition would lose in silence. XState starts neither invokes nor delays when it goes on from a state, so
 * those of the active states must be among what was saved; and a saved delay that no active state knows would reach nobody.
 */
function changeProblem({ children }: Running, timers: readonly SavedTimer[], nodes: ActiveNodes): string | undefined {
  const inline = Object.entries(children).find(([, { src }]) => isInvoked(src));
  if (inline) return `its child '${inline[0]}' has a logic without a name, and the definition has changed`;
  const delays = new Set(timers.filter(({ target }) => target.length === 0).map(({ event }) => event.type));
  const expected = new Set(nodes.flatMap(({ after }) => after.map(({ eventType }) => eventType)));
  for (const { id, invoke, after } of nodes) {
    const unborn = invoke.find((one) => !Object.hasOwn(children, one.id));
    if (unborn) return `the state '${id}' invokes '${unborn.id}' now, which does not run in what was saved`;
    const unset = after.find(({ eventType }) => !delays.has(eventType));
    if (unset) return `the state '${id}' waits for '${unset.eventType}' now, for which what was saved has no timer`;
  }
  const lost = [...delays].find((type) => type.startsWith('xstate.after.') && !expected.has(type));
  return lost === undefined ? undefined : `it waits for '${lost}', which the definition does not have any more`;
}

/** What libraries of schemas have in common (Standard Schema). */
const schemaForm = z.object({
  context: z.object({
    '~standard': z.object({ validate: z.custom<Validate>((value) => typeof value === 'function') }),
  }),
});

type Validate = (value: unknown) => unknown;

const issuesForm = z.object({
  issues: z.array(z.object({ message: z.string(), path: z.array(z.unknown()).optional() })).min(1),
});

/** What the schema that the machine gives for its context (`schemas: { context }`) does not accept. */
async function contextProblem(context: unknown, { schemas }: MachineLogic): Promise<string | undefined> {
  const given = schemaForm.safeParse(schemas);
  if (!given.success) return undefined;
  const found = issuesForm.safeParse(await given.data.context['~standard'].validate(context));
  if (!found.success) return undefined;
  const issues = found.data.issues.map(
    ({ path = [], message }) => `${['context', ...path.map(keyOf)].join('.')}: ${message}`,
  );
  return `its context does not fit the machine's schema: ${issues.join('; ')}`;
}

function keyOf(segment: unknown): string {
  return typeof segment === 'object' && segment !== null && 'key' in segment ? String(segment.key) : String(segment);
}
