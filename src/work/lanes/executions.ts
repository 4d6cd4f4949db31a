import type { RunId } from '../../ids.js';
import { UsageLines } from '../../machines/work/job/usage-lines.js';
import type { ClaimedJob, FinishedJobAttempt, JobStore } from '../../persistence/store.js';
import { isRefusal } from '../../store-refusal.js';
import { TransientMap } from '../../transient-map.js';
import type { Dispatch, Outcome, Report, SubmitRefusal, Ticket } from '../backends/contract.js';
import { type AttemptRef, attemptKey } from '../backends/contract.js';
import type { Line } from '../dispatch/line.js';
import type { OutputFlusher } from '../dispatch/output-flusher.js';
import type { Owed } from '../dispatch/owed.js';
import { UsageMeter, type Used } from './usage-meter.js';

export interface ExecutionsServices {
  readonly runId: RunId;
  readonly jobs: Pick<JobStore, 'finish' | 'release' | 'spend'>;
  onFault(error: unknown): void;
  readonly flusher: OutputFlusher;
  readonly owed: Owed;
}

/**
 * Has claimed jobs executed at a place, and records how each ended before it is acknowledged there. What the store refuses to
 * be told is owed to it.
 */
export class Executions {
  readonly #running = new TransientMap<string, AttemptRef>();

  constructor(
    readonly services: ExecutionsServices,
    readonly line: Line,
  ) {}

  /** Ends those of these attempts that are at work here. */
  stop(attempts: readonly AttemptRef[]): void {
    const ours = attempts.filter((attempt) => this.#running.has(attemptKey(attempt)));
    if (ours.length > 0) this.line.backend.stop(ours);
  }

  /** Resolves once the end is on disk, or owed to it. @throws what else kept it from being written */
  async run(claimed: ClaimedJob): Promise<void> {
    const { jobId, epoch, attempt } = claimed;
    const key = attemptKey(claimed);
    this.#running.set(key, { jobId, epoch, attempt });
    let used: () => Promise<Used | null> = () => Promise.resolve(null);
    let endFlushing = (): Promise<void> => Promise.resolve();
    try {
      const answer = await this.line.run(dispatchOf(claimed), (ticket) => {
        if (ticket.output) endFlushing = this.services.flusher.watch(claimed, ticket.output);
        used = this.#measure(claimed, ticket);
      });
      // Should what is being written be refused, it is told with the end.
      await endFlushing();
      await this.#settle(claimed, answer, await used());
    } finally {
      this.#running.delete(key);
      await endFlushing();
    }
  }

  /** Tells what an attempt uses, by what it prints or by what it says; the returned function resolves with all of it. */
  #measure(claimed: ClaimedJob, { output, usage }: Ticket): () => Promise<Used | null> {
    const { jobs, runId, onFault } = this.services;
    const meterOf = (read: () => Used) =>
      new UsageMeter(read, (amounts) => jobs.spend(runId, refOf(claimed), amounts), onFault);
    if (usage) {
      const meter = meterOf(() => ({ amounts: usage.amounts, fault: usage.fault, skipped: 0 }));
      usage.watch(() => meter.look());
      return () => meter.end();
    }
    if (claimed.usageSource === null || !output) return () => Promise.resolve(null);
    const lines = new UsageLines(claimed.usageSource);
    const meter = meterOf(() => ({ amounts: lines.amounts, fault: lines.fault, skipped: lines.skipped }));
    output.hear((chunk) => {
      lines.push(chunk);
      meter.look();
    });
    return () => {
      lines.end();
      return meter.end();
    };
  }

  async #settle(claimed: ClaimedJob, answer: Report | SubmitRefusal, used: Used | null): Promise<void> {
    const { jobs, runId } = this.services;
    const ref = refOf(claimed);
    if (!('cursor' in answer)) {
      const unfit = answer.why === 'unfit' ? answer.error : null;
      if (unfit === null) return await this.#write(() => jobs.release(runId, [ref]));
      const end = { ...ref, how: 'unfit', exit: null, durationMs: null, error: unfit } as const;
      return await this.#write(() => jobs.finish(runId, end));
    }
    const { cursor, outcome, ticket } = answer;
    const end =
      outcome.type === 'attempt.withdrawn' ? null : withUsage({ ...ref, ...endOf(outcome), ...outputOf(ticket) }, used);
    await this.#write(async () => {
      if (end === null) await jobs.release(runId, [ref]);
      else await jobs.finish(runId, end);
      this.line.backend.acknowledge(cursor);
    });
  }

  async #write(write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.services.owed.owe(write);
    }
  }
}

function refOf({ jobId, epoch, attempt }: AttemptRef): AttemptRef {
  return { jobId, epoch, attempt };
}

function dispatchOf(claimed: ClaimedJob): Dispatch {
  const { jobId, epoch, attempt, input, method, timeoutMs, spawnId, usageSource: _, ...context } = claimed;
  return { jobId, epoch, attempt, input, index: 0, method, timeoutMs, spawnId, context };
}

type End = Omit<FinishedJobAttempt, keyof AttemptRef | 'output'>;

function endOf(outcome: Exclude<Outcome, { type: 'attempt.withdrawn' }>): End {
  const { exit, durationMs, heldOpen, unproven } = outcome;
  const facts = { exit, durationMs, heldOpen, ...(unproven === undefined ? {} : { unproven }) };
  if (outcome.type === 'attempt.lost') return { ...facts, how: 'lost', error: outcome.error };
  const { how } = outcome;
  if (how === 'suspended') return { ...facts, how, awaits: outcome.awaits };
  if ('error' in outcome) return { ...facts, how, error: outcome.error };
  return 'result' in outcome ? { ...facts, how, result: outcome.result } : { ...facts, how };
}

/** What was told of its usage that is no amount is an error of the attempt, however well it ended. */
function withUsage(end: FinishedJobAttempt, used: Used | null): FinishedJobAttempt {
  if (used === null) return end;
  const { amounts: usage, fault, skipped } = used;
  if (fault === null && skipped === 0 && Object.keys(usage).length === 0) return end;
  const unread = skipped === 0 ? {} : { unreadLines: skipped };
  if (fault === null || (end.how !== 'succeeded' && end.how !== 'suspended')) return { ...end, usage, ...unread };
  const { result: _, awaits: __, ...rest } = end;
  return {
    ...rest,
    usage,
    ...unread,
    how: 'failed',
    error: { code: 'ESP_INVALID', message: `what it says it used: ${fault}` },
  };
}

function outputOf({ output }: Ticket): Pick<FinishedJobAttempt, 'output'> {
  if (!output) return {};
  const { take, stdout, stderr, dropped } = output.offer();
  take();
  return { output: { stdout, stderr, dropped } };
}
