/**
 * Names of secrets, as words within a name: `dbPassword`, `DB_PASSWORD` and `db-password` all have the word `password`. Each
 * looks at a name once, however long it is.
 */
export const DEFAULT_KEYS: readonly RegExp[] = [
  /pass(word|wd|phrase|code)/i,
  /[-_.]pass$|[a-z]Pass$/,
  /[-_.]PASS$/,
  /pwd(?![a-z])/,
  /P[Ww][Dd](?![a-z])/,
  /secret(?!ar[iy])/i,
  /(?:^|[^a-z])tokens?(?:[-_]?v?\d{1,3})?$|tokens?$/i,
  /(api|access|private|secret|encryption|signing|account|auth)[-_. ]?keys?(?![a-z])/i,
  /authori[sz]ation|(^|[^a-z])auth([^a-z]|$)/i,
  /credential/i,
  /cookies?(?![a-z])|cookiejar/i,
  /connection[-_ ]?string|(^|[^a-z])dsn([^a-z]|$)/i,
];

/** Names under which numbers are usual: so many tokens of a text. */
const COUNTED = /tokens$/i;

/** Whether a name tells of a secret, as far as its value does not tell otherwise. */
export type IsSecret = (key: string, value?: unknown) => boolean;

/** By the usual names, and by those of a user: exact words or patterns. */
export function keyMatcher(own: readonly (string | RegExp)[]): IsSecret {
  const [isUsual, isOwn] = [remembered(anyOf(DEFAULT_KEYS)), anyOf(own)];
  return (key, value) => isOwn(key) || (isUsual(key) && !isHarmless(key, value));
}

/** The end of a longer name decides: what it is of stands there. */
const LONGEST_KEY = 128;
/** Answers that are kept: a text says the same names again and again. */
const KEPT = 1000;

function remembered(ask: (key: string) => boolean): (key: string) => boolean {
  const answers = new Map<string, boolean>();
  return (key) => {
    const name = key.slice(-LONGEST_KEY);
    const known = answers.get(name);
    if (known !== undefined) return known;
    if (answers.size === KEPT) answers.clear();
    const answer = ask(name);
    answers.set(name, answer);
    return answer;
  };
}

function isHarmless(key: string, value: unknown): boolean {
  if (typeof value === 'boolean' || value === null) return true;
  return isFolder(key, value) || (COUNTED.test(key) && isCount(value, 0));
}

/** The shell names folders so; in connection strings and in settings the same name is a password's. */
function isFolder(key: string, value: unknown): boolean {
  return (key === 'PWD' || key === 'OLDPWD') && typeof value === 'string' && /^["']?\//.test(value);
}

/** A number, or several by name: `{ input: 12, output: 340 }`. */
function isCount(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return true;
  if (typeof value === 'string') return /^\d{1,15}$/.test(value) || (/^[[{]/.test(value) && isCount(parsed(value), 0));
  if (typeof value !== 'object' || value === null || depth > 2) return false;
  return Object.values(value).every((one) => isCount(one, depth + 1));
}

function parsed(text: string): unknown {
  if (text.length > 2000) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // It is no JSON, and so no count either.
    return undefined;
  }
}

function anyOf(keys: readonly (string | RegExp)[]): (key: string) => boolean {
  const patterns = keys.map((key) =>
    typeof key === 'string' ? exactly(key) : new RegExp(key.source, key.flags.replace(/[gy]/g, '')),
  );
  return (key) => patterns.some((pattern) => pattern.test(key));
}

function exactly(key: string): RegExp {
  return new RegExp(`^${key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`, 'i');
}

/** Shorter ones would mask words that have nothing to do with them. */
const SHORTEST_VALUE = 6;

/** In an order in which none is masked as the beginning of another, whose end would then be shown; an empty one hides nothing. */
export function longestFirst(values: readonly string[]): string[] {
  return values.filter((value) => value !== '').sort((a, b) => b.length - a.length);
}

/** What variables with such names hold that are settings: to mask these words everywhere would hide much and protect nothing. */
const SETTINGS: ReadonlySet<string> = new Set(
  'always basic bearer default development disabled enabled localhost optional password production required secret staging'.split(
    ' ',
  ),
);

/** The values of secret names in an environment. */
export function secretValues(environment: NodeJS.ProcessEnv, isSecret: IsSecret): string[] {
  return Object.entries(environment).flatMap(([key, value]) =>
    value !== undefined && value.length >= SHORTEST_VALUE && !SETTINGS.has(value) && isSecret(key, value)
      ? [value]
      : [],
  );
}
