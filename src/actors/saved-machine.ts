import { createHash } from 'node:crypto';
import type { Snapshot } from 'xstate';
import { z } from 'zod';
import { EspalierError, toErrorRecord } from '../errors.js';
import { misfit, type SnapshotLabel } from '../machines/snapshot-label.js';
import type { SnapshotRecord, SnapshotStore } from '../persistence/store.js';
import { isMachine, type MachineLogic } from './cell-machine.js';
import type { SavedCell } from './cell-saved.js';
import { decode, encode } from './snapshot-codec.js';
import { SnapshotKeeper } from './snapshot-keeper.js';
import type { Logic, StartContext } from './spec.js';

/**
 * Brings a saved state that is of another version, or of another definition, into the form of the present machine.
 * Undefined begins afresh; the saved one is kept aside. A throw fails the start.
 */
export type Migrate = (snapshot: Snapshot<unknown>, from: SnapshotLabel) => Snapshot<unknown> | undefined;

/** A machine whose state is saved, and found again at its next start. */
export interface SavedMachine {
  readonly logic: MachineLogic;
  readonly label: SnapshotLabel;
  readonly migrate?: Migrate | undefined;
}

/** @throws EspalierError `ESP_INVALID` if the logic is not a machine */
export function savedMachine(id: string, logic: Logic, version = '1', migrate?: Migrate): SavedMachine {
  if (isMachine(logic)) return { logic, label: { machine: logic.id, version, hash: hashOf(logic) }, migrate };
  throw new EspalierError('ESP_INVALID', `child '${id}': persist needs a machine, which can be saved and restored`);
}

const stateForm = z.object({
  snapshot: z.custom<Snapshot<unknown>>((value) => typeof value === 'object' && value !== null && 'status' in value),
  timers: z.array(
    z.object({
      source: z.array(z.string()),
      target: z.array(z.string()),
      event: z.looseObject({ type: z.string() }),
      id: z.union([z.string(), z.undefined()]),
      due: z.number(),
    }),
  ),
});

const labelForm = z.object({ machine: z.string(), version: z.string(), hash: z.string() });

/**
 * What a machine goes on from; undefined when nothing was saved. What does not fit is quarantined and fails the start, this
 * time and each time until the machine fits or `migrate` takes it.
 *
 * @throws EspalierError `ESP_SNAPSHOT` saying what does not fit, `ESP_INVALID` where there is no store
 */
export async function restore({ path, incarnation, env }: StartContext, machine: SavedMachine) {
  const store = storeOf(path, env.snapshots);
  const record = await store.adopt(path);
  if (!record) return undefined;
  const from = labelForm.parse(record.detail);
  const fitting = examine(record, from, machine);
  if ('reason' in fitting) {
    await store.quarantine(path, fitting.reason);
    if (fitting.isGivenUp) return undefined;
    const context = { path, saved: from, expected: machine.label };
    throw new EspalierError('ESP_SNAPSHOT', `the saved state of ${path} does not fit: ${fitting.reason}`, { context });
  }
  const migratedFrom = fitting.isMigrated ? from.version : null;
  const data = { savedBy: record.runId, savedAt: record.at, migratedFrom };
  env.journal({ type: 'snapshot.restored', path, incarnation, data });
  return fitting.saved;
}

type Fitting =
  | { readonly saved: SavedCell; readonly isMigrated: boolean }
  | { readonly reason: string; readonly isGivenUp: boolean };

function examine(record: SnapshotRecord, from: SnapshotLabel, { logic, label, migrate }: SavedMachine): Fitting {
  const reason = misfit(from, label);
  if (reason !== undefined && !migrate) return refused(`${reason}; give the machine a migrate for it`);
  try {
    const { snapshot, timers } = stateForm.parse(decode(record.state));
    const taken = reason === undefined ? snapshot : migrate?.(snapshot, from);
    if (!taken) return { reason: 'migrate began afresh', isGivenUp: true };
    const problem = problemOf(taken, logic);
    return problem ? refused(problem) : { saved: { snapshot: taken, timers }, isMigrated: reason !== undefined };
  } catch (error) {
    return refused(toErrorRecord(error).message);
  }
}

function refused(reason: string): Fitting {
  return { reason, isGivenUp: false };
}

const machineForm = z.looseObject({
  status: z.literal('active'),
  value: z.union([z.string(), z.record(z.string(), z.unknown())]),
  children: z.record(z.string(), z.looseObject({ src: z.string() })),
});

/** What XState would only notice later, or never: a state that is gone, a child whose logic is not registered. */
function problemOf(snapshot: Snapshot<unknown>, logic: MachineLogic): string | undefined {
  const form = machineForm.safeParse(snapshot);
  if (!form.success) return 'it is not the state of a running machine';
  const { value, children } = form.data;
  const homeless = Object.entries(children).find(
    ([, { src }]) => !logic.implementations.actors[src] && !isInvoked(src),
  );
  if (homeless) return `its child '${homeless[0]}' needs the logic '${homeless[1].src}', which is not registered`;
  // It throws for a state that is gone.
  logic.resolveState({ value, context: {} });
  return undefined;
}

/** XState's name for a logic that is written into the `invoke` itself: it is part of the definition. */
function isInvoked(src: string): boolean {
  return src.startsWith('xstate.invoke.');
}

/** Saves the states of a machine's incarnation. */
export function keeperOf({ path, incarnation, env }: StartContext, { label }: SavedMachine): SnapshotKeeper {
  const store = storeOf(path, env.snapshots);
  const role = 'machine';
  return new SnapshotKeeper({
    form: (saved) => encode(saved),
    write: (state) => store.put({ path, incarnation, role, kind: 'snapshot', state, detail: label }),
    remove: () => store.remove(path),
    onFault: (detail) => env.observe({ path, incarnation, role, state: 'fault', detail }),
  });
}

function storeOf(path: string, store: SnapshotStore | undefined): SnapshotStore {
  if (store) return store;
  throw new EspalierError('ESP_INVALID', `${path} is to be saved, but this tree has no store`);
}

/** Of what a machine's definition says, whatever the order of its fields; functions leave no trace in it. */
function hashOf(logic: MachineLogic): string {
  const sorted = (_: string, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  };
  return createHash('sha256').update(JSON.stringify(logic.definition, sorted)).digest('hex').slice(0, 32);
}
