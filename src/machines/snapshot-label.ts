/** What a saved state says about the machine that it is of. */
export interface SnapshotLabel {
  /** The machine's id. */
  readonly machine: string;
  /** As its specification said; `1` if it said nothing. */
  readonly version: string;
  /** Of the machine's definition: states, transitions and names; not of the code of actions and guards. */
  readonly hash: string;
}

/** Why a saved state is not one of this machine and version; undefined if it is. The definition may have changed since. */
export function misfit(saved: SnapshotLabel, expected: SnapshotLabel): string | undefined {
  if (saved.machine !== expected.machine) return `it is of the machine '${saved.machine}', not '${expected.machine}'`;
  if (saved.version !== expected.version) return `it is of version ${saved.version}, not ${expected.version}`;
  return undefined;
}
