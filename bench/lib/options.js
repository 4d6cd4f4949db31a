import { parseArgs } from 'node:util';

/**
 * The options of a benchmark, from its command line: a number for each name, or a flag for each `false`. Throws for what
 * is unknown or not a number.
 */
export function readOptions(defaults) {
  const kinds = Object.entries(defaults).map(([name, value]) => [
    name,
    { type: value === false ? 'boolean' : 'string' },
  ]);
  const { values } = parseArgs({ options: Object.fromEntries(kinds) });
  const read = ([name, value]) => {
    const given = values[name];
    if (given === undefined || typeof value !== 'number') return [name, given ?? value];
    if (!Number.isFinite(Number(given))) throw new Error(`--${name} takes a number, not ${given}`);
    return [name, Number(given)];
  };
  return Object.fromEntries(Object.entries(defaults).map(read));
}
