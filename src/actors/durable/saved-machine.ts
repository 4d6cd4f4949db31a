import { createHash } from 'node:crypto';
import type { Snapshot } from 'xstate';
import { EspalierError } from '../../errors.js';
import type { SnapshotLabel } from '../../machines/snapshot-label.js';
import type { Logic } from '../cell/logic.js';
import { isMachine, type MachineLogic } from '../cell/machine-logic.js';

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
