/** A value of JSON, of which nothing is known. */
type Fields = Readonly<Record<string, unknown>>;

/** Milliseconds since the epoch, in this century. */
const isTime = (value: number) => value > 1_500_000_000_000 && value < 4_000_000_000_000;

/** Numbers that no two rounds have in common, by the fields in which they stand. */
const MEASURES: Readonly<Record<string, string>> = {
  seq: '<seq>',
  rev: '<rev>',
  bootMs: '<ms>',
  durationMs: '<ms>',
  dl: '<ms>',
};

/** Numbers and texts that mean the same wherever they come again, by the fields in which they stand. */
const NAMED: Readonly<Record<string, string>> = { pid: 'pid', spawnId: 'spawn' };

/**
 * Gives what differs from one round to the next a name that does not, value by value: fields keep their names and their order,
 * and a value of another kind than was expected stays as it is, to be seen.
 */
export class Normaliser {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #texts: readonly (readonly [text: string, name: string])[];

  /** @param texts what is replaced in every text, the longer before what they hold */
  constructor(texts: Readonly<Record<string, string>>) {
    this.#texts = Object.entries(texts).map(([name, text]) => [text, `<${name}>`]);
  }

  /** As JSON that is easy to read and to compare. */
  json(value: unknown): string {
    return layout(this.#value(value, ''), '');
  }

  /** On one line. */
  line(value: unknown): string {
    return JSON.stringify(this.#value(value, ''));
  }

  text(text: string): string {
    return this.#texts
      .reduce((rest, [from, to]) => rest.replaceAll(from, to), text)
      .replace(/<host>\.(\d+)\b/g, (_, spawn: string) => `<host>.${this.#named('spawn', spawn)}`)
      .replace(/\bat (?:.+ \()?[^\s()]+:\d+:\d+\)?(?:\n +at .+)*/g, 'at <place>')
      .replace(/^(Traceback .*:)(?:\n +.*)+/gm, '$1\n  <place>')
      .replace(/ after [\d.]+ m?s\b/g, ' after <ms>');
  }

  #value(value: unknown, field: string): unknown {
    const kind = NAMED[field];
    if (kind !== undefined && (typeof value === 'number' || typeof value === 'string')) {
      return this.#named(kind, String(value));
    }
    if (typeof value === 'string') return field === 'epoch' ? '<epoch>' : this.text(value);
    if (typeof value === 'number') return MEASURES[field] ?? (isTime(value) ? '<time>' : value);
    if (Array.isArray(value)) return this.#list(value, field);
    if (typeof value !== 'object' || value === null) return value;
    const fields: Fields = { ...value };
    return Object.fromEntries(
      Object.entries(fields).map(([name, one]) => {
        // Which worker of a place a slot gets depends on which slot is first.
        const isBySlot = name === 'incarnation' && typeof one === 'number' && jobOf(fields) !== null;
        // Of a chunk it is no place in a journal.
        if (name === 'seq' && fields.t === 'chunk') return [name, one];
        return [name, isBySlot ? '<incarnation>' : this.#value(one, name)];
      }),
    );
  }

  #list(list: readonly unknown[], field: string): unknown {
    const sorted = field === 'actors' || field === 'processes' ? [...list].sort(byPlace) : list;
    return sorted.map((one) => this.#value(one, ''));
  }

  #named(kind: string, value: string): string {
    const key = `${kind} ${value}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `<${kind} ${count}>`;
    this.#names.set(key, name);
    return name;
  }
}

/** The job that an event or a process belongs to. */
export function jobOf({ job, ctx }: Fields): string | null {
  if (typeof job === 'string') return job;
  if (typeof ctx !== 'object' || ctx === null || !('job' in ctx)) return null;
  return typeof ctx.job === 'string' ? ctx.job : null;
}

function byPlace(a: unknown, b: unknown): number {
  const [left, right] = [placeOf(a), placeOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function placeOf(value: unknown): string {
  const fields: Fields = Object(value);
  return [fields.path, jobOf(fields), fields.attempt].map((part) => String(part ?? '')).join(' ');
}

const WIDTH = 130;

/** On one line what fits there. */
function layout(value: unknown, indent: string): string {
  const short = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || indent.length + short.length < WIDTH) return short;
  const deeper = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((one) => layout(one, deeper))
    : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${layout(one, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${parts.map((part) => deeper + part).join(',\n')}\n${indent}${close}`;
}
