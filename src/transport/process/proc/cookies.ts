import { COOKIE_VARIABLE } from '../../../machines/process/process.js';

const NAME = Buffer.from(`${COOKIE_VARIABLE}=`);

/**
 * The cookie entries in an environment as the kernel shows it: `NAME=value`, each ended by a zero byte. Empty when there
 * is none. A variable that only ends with the name, or a value that only mentions it, is no cookie.
 */
export function cookieEntries(environment: Buffer): readonly string[] {
  const entries: string[] = [];
  for (const value of valuesOf(environment, NAME)) entries.push(...value.split(','));
  return entries;
}

/** The values of one variable, normally one; `name` ends with `=`. */
export function valuesOf(environment: Buffer, name: Buffer): readonly string[] {
  const values: string[] = [];
  let at = environment.indexOf(name);
  while (at !== -1) {
    const end = environment.indexOf(0, at);
    const stop = end === -1 ? environment.length : end;
    if (at === 0 || environment[at - 1] === 0) values.push(environment.toString('latin1', at + name.length, stop));
    at = environment.indexOf(name, stop);
  }
  return values;
}
