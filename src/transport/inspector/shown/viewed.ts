import type { Finding } from '../../../machines/explain/findings/explanation.js';
import { lastOf } from '../../../machines/text/text-cut.js';
import { LIMITS } from '../limits.js';
import type { ReadModel } from '../model/read-model.js';
import { statechart } from '../model/statechart.js';
import type {
  ActorDetail,
  ActorExitInfo,
  ActorSummary,
  FindingInfo,
  ProcessInfo,
  Restart,
  RowInfo,
  RunInfo,
} from '../protocol/wire.js';
import type { SeenRow, SeenText } from '../seen/records.js';
import type { Redactor } from './redactor.js';
import { JobViewer } from './viewed-jobs.js';

/**
 * Makes what leaves the house of what the models hold: each text goes through the redactor here. Fields are listed, never
 * spread, so that a new one does not go out before somebody has decided here whether it is masked.
 */
export class Viewer {
  /** The same of jobs and schedules. */
  readonly jobs: JobViewer;

  constructor(
    readonly model: ReadModel,
    readonly redactor: Redactor,
  ) {
    this.jobs = new JobViewer(redactor);
  }

  summary(path: string): ActorSummary | null {
    const summary = this.model.summary(path);
    return summary && this.#masked(summary);
  }

  detail(path: string): ActorDetail | null {
    const summary = this.summary(path);
    const facts = this.model.actor(path)?.get();
    if (!summary || !facts) return null;
    const inside = this.model.live(path)?.inside();
    const { redactor } = this;
    return {
      ...summary,
      value: redactor.value(inside?.value ?? null),
      active: [...(inside?.active ?? [])],
      context: redactor.value(inside?.context ?? null),
      definition: inside?.machine ? statechart(inside.machine) : null,
      history: facts.history.map((restart) => this.#restart(restart)),
      exits: facts.exits.map((exit) => this.#exit(exit)),
      spec: inside?.spec ? specOf(inside.spec) : null,
      children: this.model.childrenOf(path),
    };
  }

  process(info: ProcessInfo): ProcessInfo {
    const { id, path, incarnation, job, attempt, state, pid, exit, at } = info;
    return {
      id,
      path,
      incarnation,
      job,
      attempt,
      state,
      pid,
      command: this.redactor.words(info.command),
      exit: exit && { code: exit.code, signal: exit.signal },
      reason: this.#line(info.reason),
      at,
    };
  }

  run(info: RunInfo): RunInfo {
    const { run, status, pool, method, total, counts, committed, concurrency, reorderWindow, owner, wish } = info;
    return {
      run,
      name: this.#line(info.name),
      status,
      pool,
      method,
      total,
      counts: { ...counts },
      committed,
      concurrency,
      reorderWindow,
      owner,
      wish,
      createdAt: info.createdAt,
      updatedAt: info.updatedAt,
    };
  }

  row({ position, index, status, input, result, attempts, durationMs, error }: SeenRow): RowInfo {
    const problem = error && this.redactor.text(`${error.code}: ${error.message}`);
    const answer = result === undefined ? null : this.#short(result);
    return {
      position,
      index,
      status,
      input: this.#short(input),
      result: answer,
      attempts,
      durationMs,
      error: problem,
    };
  }

  #short(value: unknown): string {
    const shown = this.redactor.value(value);
    const text = typeof shown === 'string' ? shown : (JSON.stringify(shown) ?? '');
    return text.slice(0, 500);
  }

  finding({ cause, about, sentences, evidence, advice, standing, at }: Finding): FindingInfo {
    const { redactor } = this;
    return {
      cause,
      about,
      advice,
      standing,
      at,
      sentences: sentences.map((text) => redactor.text(text)),
      evidence: evidence.map((one) => ({ seq: one.seq, at: one.at, text: redactor.text(one.text) })),
    };
  }

  /** The end of both streams. Masked before it is cut: half a secret is one too. */
  text({ stdout, stderr, truncated, altered }: SeenText): SeenText {
    const cut = (text: string) => lastOf(this.redactor.text(lastOf(text, 2 * LIMITS.logs)), LIMITS.logs);
    const isCut = stdout.length > LIMITS.logs || stderr.length > LIMITS.logs;
    const cuts = { stdout: cut(stdout), stderr: cut(stderr), truncated: truncated || isCut };
    return altered === undefined ? cuts : { ...cuts, altered };
  }

  #masked(summary: ActorSummary): ActorSummary {
    const { path, role, status, health, state, incarnation, since, restarts, budget, pid } = summary;
    return {
      path,
      role,
      status,
      health,
      state,
      incarnation,
      since,
      restarts: { total: restarts.total, recent: restarts.recent.map((restart) => this.#restart(restart)) },
      budget: budget && { intensity: budget.intensity, periodMs: budget.periodMs, restarts: budget.restarts },
      pid,
      problem: this.#line(summary.problem),
    };
  }

  #restart({ incarnation, at, reason }: Restart): Restart {
    return { incarnation, at, reason: this.redactor.text(reason) };
  }

  #exit({ at, incarnation, kind, reason, code, signal, pid, output }: ActorExitInfo): ActorExitInfo {
    const written = output && this.text({ stdout: output.stdout, stderr: output.stderr, truncated: false });
    return { kind, reason: this.#line(reason), code, signal, pid, output: written, at, incarnation };
  }

  #line(text: string | null): string | null {
    return text === null ? null : this.redactor.text(text);
  }
}

function specOf({ restart, shutdown, significant }: NonNullable<ActorDetail['spec']>): ActorDetail['spec'] {
  return { restart, shutdown, significant };
}
