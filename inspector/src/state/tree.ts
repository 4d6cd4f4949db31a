import { computed, signal } from '@preact/signals';
import type { ActorSummary } from 'espalier/client';
import { actorCondition, type Condition } from '../model/condition.js';
import { PathOrder } from '../model/order.js';
import { ahead, watch } from './live.js';

/** Counted as it changes: ten thousand actors are not looked through sixty times a second. */
const order = new PathOrder();
const conditions = new Map<string, Condition>();
const counts = new Map<Condition, number>();

/** Whether what is shown has holes until the next snapshot has come, with all its pieces: those before the last have no revision. */
export const isResyncing = signal(false);
let resyncs = 0;

const tree = watch({ type: 'tree' }, ({ actors, position, resyncs: { count } }, { whole, changed, removed }) => {
  isResyncing.value = count > resyncs || (isResyncing.value && position?.rev === 0);
  resyncs = count;
  if (whole) {
    order.clear();
    conditions.clear();
    counts.clear();
  }
  for (const path of removed) forget(path);
  for (const path of whole ? actors.keys() : changed) note(String(path), actors.get(String(path)));
});

/** The tree, watched as long as the page is there: its troubles are shown beside every view. */
export const treeState = tree.state;
export const paths = computed(() => (treeState.value.ready ? order.paths : []));
export const conditionCounts = computed<ReadonlyMap<Condition, number>>(() => {
  void treeState.value;
  return new Map(counts);
});

/** What is measured, once a second. */
export const gauges = watch({ type: 'gauges' }).state;

/** The server's time, by which ages are told, each second. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now() + ahead.value;
}, 1000);

function note(path: string, actor: ActorSummary | undefined): void {
  if (!actor) return;
  const condition = actorCondition(actor);
  const before = conditions.get(path);
  if (before === condition) return;
  if (before === undefined) order.add(path);
  else add(before, -1);
  conditions.set(path, condition);
  add(condition, 1);
}

function forget(path: string): void {
  const before = conditions.get(path);
  if (before === undefined) return;
  add(before, -1);
  conditions.delete(path);
  order.remove(path);
}

function add(condition: Condition, by: number): void {
  counts.set(condition, (counts.get(condition) ?? 0) + by);
}
