import { EspalierError } from '../../errors.js';
import type { NewJournalEvent } from '../../machines/events.js';
import type { SnapshotStore } from '../../persistence/store.js';
import { fitOf } from './saved-fit.js';
import type { SavedMachine } from './saved-machine.js';
import { encode } from './snapshot-codec.js';
import { SnapshotKeeper } from './snapshot-keeper.js';

/** Where a machine is saved, and what hears of it: a start's context. */
export interface SavedPlace {
  readonly path: string;
  readonly incarnation: number;
  readonly env: {
    readonly snapshots?: SnapshotStore;
    journal(event: NewJournalEvent): void;
    observe(fault: {
      readonly path: string;
      readonly incarnation: number;
      readonly role: 'machine';
      readonly state: 'fault';
      readonly detail: unknown;
    }): void;
  };
}

/**
 * What a machine goes on from; undefined when nothing was saved. What does not fit is quarantined and fails the start, this
 * time and each time until the machine fits or `migrate` takes it.
 *
 * @throws EspalierError `ESP_SNAPSHOT` saying what does not fit, `ESP_INVALID` where there is no store
 */
export async function restore({ path, incarnation, env }: SavedPlace, machine: SavedMachine) {
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
export function keeperOf({ path, incarnation, env }: SavedPlace, { label }: SavedMachine): SnapshotKeeper {
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
