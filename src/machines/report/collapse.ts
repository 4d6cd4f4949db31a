import { kindOf, type Report } from './report.js';

/** What was said once is only counted for so long, in milliseconds; then it is said again, with the count. */
export const QUIET_MS = 10_000;
/** Kinds of reports that are told apart within that time; of others only their number is said. */
const KINDS = 20;

interface Said {
  /** When it was said last. */
  at: number;
  /** The newest of those since. */
  last: Report;
  more: number;
}

/** Turns what may be very many reports into few: the first of a kind at once, what repeats it as a count. */
export class Collapse {
  readonly #said = new Map<string, Said>();
  #others: { last: Report; more: number; at: number } | null = null;

  /** The report, if it is to be said now. */
  admit(report: Report): Report | null {
    const kind = kindOf(report);
    const said = this.#said.get(kind);
    if (said) {
      said.more += 1;
      said.last = report;
      return null;
    }
    if (this.#said.size >= KINDS && report.type !== 'system.ended') return this.#other(report);
    this.#said.set(kind, { at: report.at, last: report, more: 0 });
    return report;
  }

  /** When something is due to be said or forgotten; null when nothing is. */
  get due(): number | null {
    const times = [...this.#said.values(), ...(this.#others ? [this.#others] : [])].map(({ at }) => at + QUIET_MS);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** What repeated what was said so long ago; at the end (`now` infinite) all that did. */
  take(now: number): Report[] {
    const reports: Report[] = [];
    for (const [kind, said] of this.#said) {
      if (now - said.at < QUIET_MS) continue;
      if (said.more === 0) this.#said.delete(kind);
      else reports.push({ ...said.last, repeats: said.more });
      said.at = now;
      said.more = 0;
    }
    if (this.#others && now - this.#others.at >= QUIET_MS) {
      reports.push({ ...this.#others.last, repeats: this.#others.more });
      this.#others = null;
    }
    return reports;
  }

  #other(report: Report): null {
    this.#others ??= { last: report, more: 0, at: report.at };
    this.#others.more += 1;
    this.#others.last = report;
    return null;
  }
}
