/** Names of secrets, as words within a name: `dbPassword`, `DB_PASSWORD` and `db-password` all have the word `password`. */
const DEFAULT_KEYS: readonly (string | RegExp)[] = [
  /pass(word|wd|phrase|code)/i,
  /pwd(?![a-z])/,
  /P[Ww][Dd](?![a-z])/,
  /secret/i,
  /(^|[^a-z])token$|token$/i,
  /(api|access|private|secret|encryption|signing|account)[-_. ]?key/i,
  /authori[sz]ation|(^|[^a-z])auth([^a-z]|$)/i,
  /credential/i,
  /cookie/i,
  /connection[-_]?string|(^|[^a-z])dsn([^a-z]|$)/i,
];

/** Forms that secrets have wherever they stand. Each has a bounded amount of work on any text. */
export const DEFAULT_PATTERNS: readonly RegExp[] = [
  /\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]{2,10}[-_]){0,3}[A-Za-z0-9]{16,}/g,
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abprs]-[\w-]{10,}|AKIA[A-Z0-9]{16}|AIza[\w-]{30,})/g,
];

/** Whether a name tells of a secret, as far as its value does not tell otherwise. */
export type IsSecret = (key: string, value?: unknown) => boolean;

/** By the usual names, and by those of a user: exact words or patterns. */
export function keyMatcher(own: readonly (string | RegExp)[]): IsSecret {
  const [isUsual, isOwn] = [anyOf(DEFAULT_KEYS), anyOf(own)];
  return (key, value) => isOwn(key) || (isUsual(key) && !isFolder(key, value));
}

/** The shell names folders so; in connection strings and in settings the same name is a password's. */
function isFolder(key: string, value: unknown): boolean {
  return (key === 'PWD' || key === 'OLDPWD') && typeof value === 'string' && /^["']?\//.test(value);
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

/** The values of secret names in an environment. */
export function secretValues(environment: NodeJS.ProcessEnv, isSecret: IsSecret): string[] {
  return Object.entries(environment).flatMap(([key, value]) =>
    value !== undefined && value.length >= SHORTEST_VALUE && isSecret(key, value) ? [value] : [],
  );
}
