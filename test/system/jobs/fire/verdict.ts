import { CAPS } from './work.js';

/** What a client was told, in order. */
export type Told =
  | { readonly type: 'submitted'; readonly name: string; readonly id: string; readonly existing: boolean }
  | { readonly type: 'cancelled'; readonly id: string; readonly accepted: boolean }
  | { readonly type: 'ended'; readonly id: string; readonly state: string };

/** A job as it stands in the store when all is over. */
export interface StoredEnd {
  readonly id: string;
  readonly key: string | null;
  readonly state: string;
  /** Executions as the store has them. */
  readonly attempts: number;
  readonly succeeded: number;
}

/** What is broken of what clients were told, seen from what stands in the store afterwards. */
export function brokenWords(told: readonly Told[], ends: readonly StoredEnd[]): string[] {
  const known = new Map(ends.map((end) => [end.id, end]));
  const ids = new Map<string, string>();
  return told.flatMap((word) => {
    const end = known.get(word.id);
    if (end === undefined) return [`${word.id} was ${word.type}, and is not there`];
    switch (word.type) {
      case 'submitted': {
        const before = ids.get(word.name);
        ids.set(word.name, word.id);
        if (end.key !== word.name) return [`${word.name} was answered by the job of ${end.key}`];
        if (word.existing !== (before !== undefined))
          return [`${word.name} was said to be ${word.existing ? 'there' : 'new'}`];
        return before === undefined || before === word.id ? [] : [`${word.name} became two jobs`];
      }
      case 'cancelled':
        return word.accepted && end.state === 'succeeded' ? [`${word.id} succeeded after its cancel was accepted`] : [];
      case 'ended':
        return word.state === end.state ? [] : [`${word.id} ended as ${word.state}, and is ${end.state}`];
      default:
        return word satisfies never;
    }
  });
}

/** What no job may have come to: no end, one of its own making, or a success of more or fewer attempts than one. */
export function brokenEnds(ends: readonly StoredEnd[]): string[] {
  return ends.flatMap(({ id, key, state, succeeded }) => {
    if (state !== 'succeeded' && state !== 'cancelled') return [`${key ?? id} is ${state}`];
    // A wish that is written first decides, also where the attempt comes to its end by itself.
    const fits = state === 'succeeded' ? succeeded === 1 : succeeded <= 1;
    return fits ? [] : [`${key ?? id} is ${state}, and ${succeeded} of its attempts have succeeded`];
  });
}

interface Line {
  readonly isBegin: boolean;
  readonly name: string;
  readonly execution: string;
}

/** What executions have left outside of the store, in the order in which they did. */
export function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [what = '', name = '', execution = ''] = line.split(' ');
      return { isBegin: what === 'begin', name, execution };
    });
}

/** Two of one job at once, more of it than the store knows, or an end of it that the store does not know. */
export function brokenExecutions(lines: readonly Line[], ends: readonly StoredEnd[]): string[] {
  const known = new Map(ends.map((end) => [end.key ?? end.id, end]));
  const begun = new Map<string, string[]>();
  const found: string[] = [];
  for (const { isBegin, name, execution } of lines) {
    const before = begun.get(name) ?? [];
    if (isBegin) begun.set(name, [...before, execution]);
    // Where another one has begun it was proven gone, and says nothing more.
    else if (before.at(-1) !== execution) found.push(`${name} went on in ${execution} beside ${before.at(-1)}`);
  }
  const finished = new Set(lines.filter(({ isBegin }) => !isBegin).map(({ name }) => name));
  for (const [name, { attempts, state }] of known) {
    const count = begun.get(name)?.length ?? 0;
    if (count > attempts) found.push(`${name} was executed ${count} times, and has ${attempts} attempts`);
    if (state === 'succeeded' && !finished.has(name)) found.push(`${name} succeeded, and was not executed`);
  }
  return found;
}

/** At which lines more of those of a limit were certainly under way than it allows: those that have come to their end. */
export function overCaps(lines: readonly Line[], limitsOf: (name: string) => readonly string[]): string[] {
  const whole = new Set(lines.filter(({ isBegin }) => !isBegin).map(({ name, execution }) => `${name} ${execution}`));
  const now = new Map<string, Set<string>>();
  return lines.flatMap(({ isBegin, name, execution }) => {
    const id = `${name} ${execution}`;
    if (!whole.has(id)) return [];
    return limitsOf(name).flatMap((limit) => {
      const held = now.get(limit) ?? new Set<string>();
      now.set(limit, held);
      if (isBegin) held.add(id);
      else held.delete(id);
      return held.size > (CAPS[limit] ?? Number.POSITIVE_INFINITY) ? [`${limit} held by ${[...held].join(', ')}`] : [];
    });
  });
}

/** Attempts that began sooner than a rate allows. @param starts in milliseconds, in the order in which they were written */
export function overRate(starts: readonly number[], rate: { count: number; perMs: number; burst: number }): string[] {
  let tokens = rate.burst;
  let last = starts[0] ?? 0;
  return starts.flatMap((at, index) => {
    tokens = Math.min(rate.burst, tokens + (Math.max(0, at - last) * rate.count) / rate.perMs) - 1;
    last = Math.max(last, at);
    return tokens < -1e-6 ? [`start ${index} at ${at} is too soon by ${-tokens} tokens`] : [];
  });
}
