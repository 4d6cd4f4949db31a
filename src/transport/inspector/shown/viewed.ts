import type { Finding } from '../../../machines/explain/findings/explanation.js';
import { lastOf } from '../../../machines/text/text-cut.js';
import { LIMITS } from '../limits.js';
import type { ReadModel } from '../model/read-model.js';
import { statechart } from '../model/statechart.js';
import type { ActorDetail, ActorSummary, FindingInfo, ProcessInfo, RowInfo, RunInfo } from '../protocol/wire.js';
import type { SeenRow, SeenText } from '../seen/records.js';
import type { Redactor } from './redactor.js';

/** Makes what leaves the house of what the models hold: each text goes through the redactor here. */
export class Viewer {
  constructor(
    readonly model: ReadModel,
    readonly redactor: Redactor,
  ) {}

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
      history: facts.history.map((restart) => ({ ...restart, reason: redactor.text(restart.reason) })),
      exits: facts.exits.map((exit) => ({
        ...exit,
        reason: exit.reason === null ? null : redactor.text(exit.reason),
        output: exit.output && this.text({ ...exit.output, truncated: false }),
      })),
      spec: inside?.spec ?? null,
      children: this.model.childrenOf(path),
    };
  }

  process(info: ProcessInfo): ProcessInfo {
    const { redactor } = this;
    const reason = info.reason === null ? null : redactor.text(info.reason);
    return { ...info, command: redactor.words(info.command), reason };
  }

  run(info: RunInfo): RunInfo {
    return { ...info, name: info.name === null ? null : this.redactor.text(info.name) };
  }

  row({ input, error, ...row }: SeenRow): RowInfo {
    const shown = this.redactor.value(input);
    const text = typeof shown === 'string' ? shown : (JSON.stringify(shown) ?? '');
    return { ...row, input: text.slice(0, 500), error: error && this.redactor.text(`${error.code}: ${error.message}`) };
  }

  finding({ sentences, evidence, ...found }: Finding): FindingInfo {
    const { redactor } = this;
    return {
      ...found,
      sentences: sentences.map((text) => redactor.text(text)),
      evidence: evidence.map((one) => ({ ...one, text: redactor.text(one.text) })),
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
    const { redactor } = this;
    const { problem, restarts } = summary;
    if (problem === null && restarts.recent.length === 0) return summary;
    const recent = restarts.recent.map((restart) => ({ ...restart, reason: redactor.text(restart.reason) }));
    return { ...summary, problem: problem && redactor.text(problem), restarts: { ...restarts, recent } };
  }
}
