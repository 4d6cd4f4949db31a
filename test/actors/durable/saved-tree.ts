import type { Cell } from '../../../src/actors/cell/cell.js';
import { startChild } from '../../../src/actors/tree/child.js';
import type { ChildSpec } from '../../../src/actors/tree/child-spec.js';
import type { ActorExit } from '../../../src/machines/exits/exit.js';
import type { SnapshotLabel } from '../../../src/machines/snapshot-label.js';
import type { SnapshotRecord, SnapshotStore } from '../../../src/persistence/store.js';
import { TestTree } from '../tree/supervisor-tree.js';

/** Rows as the store would hold them: what is put in comes out as JSON. */
class MemorySnapshots implements SnapshotStore {
  readonly rows: SnapshotRecord[] = [];
  readonly reasons: string[] = [];
  writes = 0;
  #at = 0;

  put(record: Parameters<SnapshotStore['put']>[0]): Promise<void> {
    this.writes += 1;
    this.#at += 1;
    const row: SnapshotRecord = { ...structuredJson(record), runId: 'host', at: this.#at };
    this.#drop(({ path, kind }) => path === row.path && kind === row.kind);
    this.rows.push(row);
    return Promise.resolve();
  }

  remove(path: string): Promise<void> {
    this.#drop((row) => row.path === path && row.kind !== 'quarantined');
    return Promise.resolve();
  }

  adopt(path: string): Promise<SnapshotRecord | null> {
    const saved = this.rows.filter((row) => row.path === path && row.kind !== 'observed');
    return Promise.resolve(saved.sort((a, b) => b.at - a.at)[0] ?? null);
  }

  quarantine(path: string, reason: string): Promise<boolean> {
    this.reasons.push(reason);
    const index = this.rows.findIndex((row) => row.path === path && row.kind === 'snapshot');
    const row = this.rows[index];
    if (row) this.rows[index] = { ...row, kind: 'quarantined' };
    return Promise.resolve(row !== undefined);
  }

  list(): Promise<readonly SnapshotRecord[]> {
    return Promise.resolve(this.rows);
  }

  /** What is saved of a path, as of another label. */
  relabel(path: string, label: { readonly [K in keyof SnapshotLabel]?: unknown }): void {
    for (const [index, row] of this.rows.entries()) {
      if (row.path === path) this.rows[index] = { ...row, detail: Object.assign({}, row.detail, label) };
    }
  }

  /** What is saved of a path, as the disk may return it. */
  damage(path: string, state: unknown): void {
    for (const [index, row] of this.rows.entries()) if (row.path === path) this.rows[index] = { ...row, state };
  }

  #drop(isGone: (row: SnapshotRecord) => boolean): void {
    for (let index = this.rows.length - 1; index >= 0; index -= 1) {
      const row = this.rows[index];
      if (row && isGone(row)) this.rows.splice(index, 1);
    }
  }
}

function structuredJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

/** A tree whose machines are saved. */
export class SavedTree extends TestTree {
  readonly snapshots = new MemorySnapshots();
  #incarnation = 0;

  /** One more incarnation of a child, as its supervisor would start it, when everything that was on its way is done. */
  async next(child: ChildSpec): Promise<Cell> {
    this.#incarnation += 1;
    const env = { ...this.env, snapshots: this.snapshots };
    const onExit = (exit: ActorExit) => void this.exits.push(exit);
    const started = await startChild(env, '/', child, this.#incarnation, onExit);
    if (started === 'ignore') throw new Error('ignored');
    await this.settle();
    return started.cell;
  }
}
