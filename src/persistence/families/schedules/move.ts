import { mayMoveSchedule, type ScheduleEvent } from '../../../machines/work/schedule/machine.js';
import type { Transaction } from '../../sql/transaction.js';
import type { ScheduleRow } from './records.js';

/**
 * The one change of a schedule's state. False, and nothing changed, when its machine has no such transition. What was computed
 * for it before is nothing any more.
 */
export function moveSchedule(
  tx: Transaction,
  { schedule, state }: Pick<ScheduleRow, 'schedule' | 'state'>,
  event: ScheduleEvent,
  { cursor, nextAt }: { readonly cursor: number; readonly nextAt: number | null },
): boolean {
  if (!mayMoveSchedule(state, event)) return false;
  const changed = tx.db.run(
    `UPDATE schedules SET state = ?, cursor = max(cursor, ?), next_at = ?, revision = revision + 1
     WHERE schedule = ? AND state = ?`,
    event.to,
    cursor,
    nextAt,
    schedule,
    state,
  );
  return changed > 0;
}
