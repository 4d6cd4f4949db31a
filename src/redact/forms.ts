import { MASK } from './mask.js';

/** A form that secrets have wherever they stand, and what is shown of one. */
interface Form {
  readonly pattern: RegExp;
  readonly shown: (found: string, ...groups: string[]) => string;
}

/** Where a word begins: also behind a line's end as JSON writes it, whose `n` is a letter too. */
const BEGINS = String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))`;

const word = ({ source, flags }: RegExp): RegExp => new RegExp(`${BEGINS}${source}`, flags);

const all = (pattern: RegExp): Form => ({ pattern: word(pattern), shown: () => MASK });
/** `$1` is what stands before it, and stays. */
const after = (pattern: RegExp): Form => ({ pattern, shown: (_, before = '') => `${before}${MASK}` });
/** Of what has the form only that which no word has. */
const random = (pattern: RegExp): Form => ({
  pattern: word(pattern),
  shown: (found, before = '', own = '') => (isRandom(own) ? `${before}${MASK}` : found),
});

/**
 * Each takes work in proportion to a text, whatever the text: it begins only where a word does, what repeats without a bound
 * ends with the word, and no two parts of it can take the same characters in more than one way.
 */
export const FORMS: readonly Form[] = [
  { pattern: word(/(Bearer\s{1,8})([\w.~+/=-]{8,})/gi), shown: bearer },
  random(/(Basic\s{1,8})([A-Za-z0-9+/_=-]{8,})/gi),
  // A JSON web token. Whether there is one is looked at once for each word.
  after(
    new RegExp(String.raw`((?<![\w-])(?=[\w-]{11,}\.[\w-]{8,}\.)[\w-]*?${BEGINS})eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*`, 'g'),
  ),
  all(/sk-(?:ant|proj|svcacct|admin|or|lf)-[\w-]{16,}/g),
  random(/([spr]k[-_](?:[A-Za-z0-9]{2,10}[-_]){0,3})([A-Za-z0-9]{16,}[\w-]*)/g),
  all(/(?:gh[pousr]_|github_pat_|glpat-|gldt-|npm_(?=[A-Za-z0-9]{36})|pypi-(?=AgE))[\w-]{20,}/g),
  all(/(?:xox[a-z]|xapp)-[\w-]{10,}/g),
  all(/(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g),
  all(/(?:AIza[\w-]{30,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})/g),
  random(/((?:hf|gsk|xai|pplx|r8|whsec|shpat|shpss|dop_v1|lin_api|pat|glsa|hvs)[-_.])([\w-]{20,})/g),
  all(/SG\.[\w-]{16,}\.[\w-]{16,}/g),
  all(/\d{8,12}:AA[\w-]{30,}/g),
  after(/(hooks\.slack\.com\/(?:services|workflows)\/)[\w/-]{8,}/g),
  // Parameters of an address whose names mean something else elsewhere.
  after(/([?&](?:key|sig|signature|pass|pw|auth|x-amz-(?:signature|credential|security-token))=)[^\s&#"'<>\\]+/gi),
  // `user:password@` in an address, and a lone token in that place.
  { pattern: /(:\/\/[^\s/:@"'<>]*:)[^\s/"'<>]+@/g, shown: (_, before = '') => `${before}${MASK}@` },
  {
    pattern: /(:\/\/)([^\s/:@"'<>]{16,})@/g,
    shown: (found, before = '', user = '') => (isRandom(user) ? `${before}${MASK}@` : found),
  },
  // `curl -u user:password`, but not `docker run -u 1000:1000`.
  after(/((?<![\w-])(?:-u|--user|--proxy-user)[ =]{1,8}["']?(?!\d{1,10}:\d{1,10}(?!\w))[^\s:="'/]{1,128}:)[^\s"']+/g),
  after(/((?<![\w-])sshpass\s{1,8}-p\s{0,8})\S+/g),
];

/** Text with what has the form of a secret masked. */
export function maskForms(text: string): string {
  let masked = text;
  for (const { pattern, shown } of FORMS) masked = masked.replace(pattern, shown);
  return masked;
}

/** What prose says after that word. */
const PROSE =
  /^(?:tokens?(?![A-Za-z0-9_])|authenti|authori[sz]|certificate|credential|information|instrument|security|required)/i;

function bearer(found: string, before = '', value = ''): string {
  return PROSE.test(value) ? found : `${before}${MASK}`;
}

/** Words have neither digits between their letters nor large letters after small ones. */
function isRandom(word: string): boolean {
  return /\d/.test(word) ? /[A-Za-z]/.test(word) : /[a-z][A-Z]|[+/=]/.test(word);
}
