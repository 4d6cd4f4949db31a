import { createHash } from 'node:crypto';
import type { Snapshot } from 'xstate';
import { EspalierError } from '../errors.js';
import type { SnapshotLabel } from '../machines/snapshot-label.js';
import type { SnapshotStore } from '../persistence/store.js';
import { isMachine, type MachineLogic } from './cell-machine.js';
import { fitOf } from './saved-fit.js';
import { encode } from './snapshot-codec.js';
import { SnapshotKeeper } from './snapshot-keeper.js';
import type { Logic, StartContext } from './spec.js';

/**
 * Brings a saved state that is of another version, or that a changed definition does not fit, into the form of the present
 * machine: `(snapshot) => snapshot` where its form is the same.
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
  const fitting = await fitOf(record, machine);
  const { from } = fitting;
  if (!fitting.saved) {
    const { reason, isGivenUp } = fitting;
    await store.quarantine(path, reason);
    if (isGivenUp) return undefined;
    const context = { path, saved: from, expected: machine.label };
    throw new EspalierError('ESP_SNAPSHOT', `the saved state of ${path} does not fit: ${reason}`, { context });
  }
  const { saved, how } = fitting;
  const migratedFrom = how === 'migrated' ? fitting.from.version : null;
  const data = {
    savedBy: record.runId,
    savedAt: record.at,
    migratedFrom,
    definition: from?.hash === machine.label.hash ? 'same' : 'changed',
  } as const;
  env.journal({ type: 'snapshot.restored', path, incarnation, data });
  return saved;
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
