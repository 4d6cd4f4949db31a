import type { Retention } from '../../machines/work/retention.js';
import { fields, milliseconds, nullable, whole } from '../../options.js';

/** What a retention given by a user must be. */
export const retentionRule = fields<Partial<Retention>>({
  succeededMs: nullable(milliseconds(0)),
  unsuccessfulMs: nullable(milliseconds(0)),
  journalMs: nullable(milliseconds(0)),
  journalBytes: nullable(whole(0)),
  runsMs: nullable(milliseconds(0)),
});
