/** What the zygote tells: records of one length, so that their bounds need no search. */

/** Where a start failed, in the order of the numbers that stand for it. */
const STAGES = ['fork', 'folder', 'input', 'output', 'port', 'exec', 'room'] as const;
export type Stage = (typeof STAGES)[number];

export type Report =
  | { readonly t: 'started'; readonly id: number; readonly pid: number; readonly startTicks: number }
  | { readonly t: 'failed'; readonly id: number; readonly errno: number; readonly stage: Stage }
  /** It ended; its group was killed before. One of `code` and `signal` is null. At `at`, in ticks, it still had its number. */
  | {
      readonly t: 'exited';
      readonly id: number;
      readonly code: number | null;
      readonly signal: number | null;
      readonly at: number;
    }
  /** Its watcher is gone: with it nothing kills the group but the zygote. */
  | { readonly t: 'unwatched'; readonly id: number; readonly at: number }
  /** A sign of life, for each that was asked for. */
  | { readonly t: 'alive'; readonly id: number };

const LENGTH = 21;

/** Cuts a stream of bytes into reports. Throws when they are none: the two halves come from different builds. */
export class ReportReader {
  #rest: Buffer = Buffer.alloc(0);

  read(chunk: Buffer): readonly Report[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const reports: Report[] = [];
    let at = 0;
    for (; at + LENGTH <= bytes.length; at += LENGTH) reports.push(parse(bytes.subarray(at, at + LENGTH)));
    this.#rest = Buffer.from(bytes.subarray(at));
    return reports;
  }
}

function parse(record: Buffer): Report {
  const id = record.readUInt32LE(1);
  const first = record.readInt32LE(5);
  const second = record.readInt32LE(9);
  const ticks = Number(record.readBigUInt64LE(13));
  const type = String.fromCharCode(record[0] ?? 0);
  switch (type) {
    case 'S':
      return { t: 'started', id, pid: first, startTicks: ticks };
    case 'F':
      return { t: 'failed', id, errno: first, stage: STAGES[second] ?? 'fork' };
    case 'X':
      return { t: 'exited', id, code: first < 0 ? null : first, signal: first < 0 ? second : null, at: ticks };
    case 'W':
      return { t: 'unwatched', id, at: ticks };
    case 'P':
      return { t: 'alive', id };
    default:
      throw new Error(`the zygote reported ${JSON.stringify(type)}, which is nothing known`);
  }
}
