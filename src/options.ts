import { EspalierError } from './errors.js';
import { nearest } from './near.js';

/** Says what keeps a value from being used, naming its place; undefined when nothing does. */
export type Rule = (value: unknown, place: string) => string | undefined;

/** One rule for each option. What is undefined stands for its default, unless its rule is `required`. */
export type Rules<T> = { readonly [K in keyof T]-?: Rule };

/** Names that other libraries give to an option, by the option that is meant. */
export type Aliases = Readonly<Record<string, string>>;

/**
 * Holds an object of options to its rules, which `fields` makes.
 *
 * @param whose begins the message: `pool 'embed'`; made only when it is needed
 * @throws EspalierError `ESP_INVALID` naming the first option that does not fit, and for one that there is not the nearest name
 */
export function checkOptions(whose: string | (() => string), options: unknown, rule: Rule): void {
  const problem = required(rule)(options, '');
  if (problem === undefined) return;
  throw new EspalierError('ESP_INVALID', `${typeof whose === 'string' ? whose : whose()}: ${problem}`);
}

/** Holds one argument to a rule. @throws EspalierError `ESP_INVALID` naming it */
export function checkArgument(name: string, value: unknown, rule: Rule): void {
  const problem = required(rule)(value, name);
  if (problem !== undefined) throw new EspalierError('ESP_INVALID', problem);
}

/** An object of options, each of which must have a rule and fit it. */
export function fields<T extends object>(rules: Rules<T>, aliases: Aliases = {}): Rule {
  // Without a prototype: outside names are looked up in it.
  const known: ReadonlyMap<string, Rule> = new Map(Object.entries<Rule>(rules));
  return optional((value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return `${place || 'what was given'} is ${shown(value)}; it must be an object of options`;
    }
    const within = (name: string) => (place === '' ? name : `${place}.${name}`);
    const stranger = Object.keys(value).find((name) => !known.has(name));
    if (stranger !== undefined) return unknownOption(stranger, within, [...known.keys()], aliases);
    for (const [name, rule] of known) {
      const problem = rule(Reflect.get(value, name), within(name));
      if (problem !== undefined) return problem;
    }
    return undefined;
  });
}

function unknownOption(
  name: string,
  within: (name: string) => string,
  known: readonly string[],
  aliases: Aliases,
): string {
  const alias = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  const [meant] = alias === undefined ? nearest(name, known) : [alias];
  const hint = meant === undefined ? `there are ${known.join(', ')}` : `did you mean '${within(meant)}'?`;
  return `there is no option '${within(name)}'; ${hint}`;
}

/** A value that a test accepts. @param expected completes `retries is "3"; it must be …` */
export function kind(expected: string, fits: (value: unknown) => boolean): Rule {
  return optional((value, place) => (fits(value) ? undefined : `${place} is ${shown(value)}; it must be ${expected}`));
}

function optional(rule: Rule): Rule {
  return (value, place) => (value === undefined ? undefined : rule(value, place));
}

/** The same rule for an option that must be there. */
export function required(rule: Rule): Rule {
  return (value, place) => {
    if (value !== undefined) return rule(value, place);
    // What a rule says of null says what it expects.
    return rule(null, place)?.replace(`${place} is null`, `${place} is missing`) ?? `${place} is missing`;
  };
}

/** For what is also allowed to be null. */
export function nullable(rule: Rule): Rule {
  return (value, place) => (value === null ? undefined : rule(value, place));
}

/** For an option of a relative that means nothing here. */
export function refused(because: string): Rule {
  return optional((_, place) => `${place}: ${because}`);
}

export const anything: Rule = () => undefined;

export const flag: Rule = kind('true or false', (value) => typeof value === 'boolean');

export const text: Rule = kind('text', (value) => typeof value === 'string');

export const func: Rule = kind('a function', (value) => typeof value === 'function');

export const signal: Rule = kind('an AbortSignal', (value) => value instanceof AbortSignal);

/** A whole number within limits. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): Rule {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  return kind(`a whole number ${range}`, (value) => isWhole(value) && value >= least && value <= most);
}

/** A whole number of milliseconds, however long. */
export function milliseconds(least: number): Rule {
  return kind(`a whole number of milliseconds from ${least}`, (value) => isWhole(value) && value >= least);
}

/** A finite number within limits. */
export function number(least: number, most: number = Number.POSITIVE_INFINITY): Rule {
  const range = most === Number.POSITIVE_INFINITY ? `from ${least}` : `from ${least} to ${most}`;
  return kind(
    `a number ${range}`,
    (value) => typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most,
  );
}

/** One of several words; of many only the nearest are named. */
export function oneOf(...words: readonly string[]): Rule {
  return optional((value, place) => {
    if (typeof value === 'string' && words.includes(value)) return undefined;
    const near = words.length > MANY && typeof value === 'string' ? nearest(value, words) : [];
    return `${place} is ${shown(value)}; it must be one of ${(near.length > 0 ? near : words).join(', ')}`;
  });
}

const MANY = 12;

/** A list whose items all fit. */
export function listOf(rule: Rule, expected = 'a list'): Rule {
  return optional((value, place) => {
    if (!Array.isArray(value)) return `${place} is ${shown(value)}; it must be ${expected}`;
    for (const [index, item] of value.entries()) {
      const problem = required(rule)(item, `${place}[${index}]`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  });
}

/** An object with names of the user's own, whose values all fit. */
export function recordOf(rule: Rule, expected: string): Rule {
  return optional((value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return `${place} is ${shown(value)}; it must be ${expected}`;
    for (const [name, item] of Object.entries(value)) {
      const problem = required(rule)(item, `${place}.${name}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  });
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

/** What stands there, in few words: JSON knows neither functions nor infinities, and may be long. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > SHOWN ? `${value.slice(0, SHOWN)}…` : value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

const SHOWN = 80;
