import { firstOf, lastOf } from './text-cut.js';

/** Lines of a program's last words that are shown, and characters of each. */
const SHOWN_LINES = 3;
const SHOWN_CHARACTERS = 200;

/** Lines after the one that names the error: with more of them the program went on after that error. */
const LATEST_LINES = 8;

/** What follows these is how a runtime came to the error, not what it was. */
const DUMPS = [/^goroutine \d+ \[/, /^(stack backtrace|stack traceback|Stack trace):/, /^-+ Native stack trace -+/];

/** Lines that lead to an error or away from it, in the words of the runtimes. */
const AROUND = [
  /^\s*$/,
  // Node, Java and .NET; Ruby; Python
  /^\s+at\s/,
  /^\s+\.\.\. \d+ (more|lines matching)\b/,
  /^\s+from \S+:\d+/,
  /^\s+File ".*", line \d+/,
  /^Traceback \(most recent call last\):/,
  // The mark under a line of source, and the end of an object that Node shows with an error
  /^\s*[\^~]+\s*$/,
  /^\}$/,
  // Trailers
  /^(Node\.js|Bun) v\d/,
  /^\(Use `node --trace/,
  /^note: (run with `RUST_BACKTRACE|Some details are omitted)/,
  /^exit status \d+$/,
  /^#\d+ /,
  /^<--- .* --->$/,
];

const FRAME = /^\s+(at\s|from \S+:\d+|File ")/;
const MARK = /^\s*[\^~]+\s*$/;
const CAUSE = /^\s*(\[cause\]|Caused by): /;

/** Lines that say themselves that they name an error. */
const NAMES = [
  // `TypeError: …`, `Error [ERR_X]: …`, `java.lang.IllegalStateException`, `error: Uncaught Error: …`
  /^(Uncaught |Unhandled exception\. |error: Uncaught |Exception in thread "[^"]*" )?[\w$.]*(Error|Exception|Interrupt|Rejection|Failure|Fault)(?=[:\s[(]|$)/,
  // `a.rb:1:in 'f': no (RuntimeError)`
  / \([A-Z]\w*(::\w+)*\)$/,
  /^(panic|fatal error|FATAL ERROR|Fatal error|PHP Fatal error|fatal|error|ERROR|FATAL)( ?\[|:)/,
  /^thread '[^']*'( \(\d+\))? panicked at /,
  /^terminate called /,
  /^\*\* \(/,
  /: (command )?not found$/,
  /\bAssertion .* failed\.?$/,
];

/**
 * The lines of a program's standard error that say what went wrong, the one that names the error first: without the frames
 * of a stack and the trailers of a runtime. Without such a line the last ones. At most three, none of them long; `…` stands
 * for what is left out between them.
 *
 * @example
 * tellingLines('Error: no such file\n    at open (a.js:1:1)\n\nNode.js v20.0.0\n'); // ['Error: no such file']
 */
export function tellingLines(stderr: string): string[] {
  const lines = tellingIn(stderr);
  const named = nameIn(lines);
  const chosen = named < 0 ? lines.slice(-SHOWN_LINES) : fromName(lines.slice(named));
  return chosen.map(({ text }) => shortened(text));
}

/** The end of a text, at most `limit` characters, with the line that names the error in it. */
export function endOf(stderr: string, limit: number): string {
  if (stderr.length <= limit) return stderr;
  const end = lastOf(stderr, limit);
  const lines = tellingIn(stderr);
  const name = lines[nameIn(lines)]?.text;
  if (name === undefined || end.includes(name)) return end;
  const first = shortened(name);
  const room = limit - first.length - ELLIPSIS.length - 2;
  return room <= 0 ? end : `${first}\n${ELLIPSIS}\n${lastOf(end, room)}`;
}

const ELLIPSIS = '…';

interface Line {
  readonly text: string;
  readonly names: boolean;
}

/** Where the error is named that it ended with; -1 when it is not. */
function nameIn(lines: readonly Line[]): number {
  const named = lines.findLastIndex(({ names }) => names);
  return lines.length - 1 - named > LATEST_LINES ? -1 : named;
}

function fromName(lines: readonly Line[]): readonly Line[] {
  const [name, ...rest] = lines;
  if (name === undefined || rest.length < SHOWN_LINES) return lines;
  return [name, { text: ELLIPSIS, names: false }, ...rest.slice(1 - SHOWN_LINES)];
}

/** The lines that tell something, and which of them name an error: by what they are, or by where they stand. */
function tellingIn(stderr: string): Line[] {
  const all = stderr.split(/\r?\n/);
  const kept: Line[] = [];
  let isNext = false;
  let inObject = false;
  for (const [index, text] of all.entries()) {
    const start = text.slice(0, SHOWN_CHARACTERS * 2);
    if (matches(DUMPS, start)) break;
    inObject = inObject && /^\s/.test(text);
    if (matches(AROUND, start)) {
      // What comes after the frames of Python, or the mark under a line of source, is the error.
      isNext ||= MARK.test(start) || /^\s+File "/.test(start);
      inObject ||= FRAME.test(start) && start.endsWith('{');
      continue;
    }
    if (inObject && !CAUSE.test(start)) continue;
    const isIndented = /^\s/.test(text);
    const isAbove = FRAME.test(all[index + 1] ?? '') && !within(kept, all, index);
    const names = !isIndented && !CAUSE.test(start) && (isNext || isAbove || matches(NAMES, start));
    isNext &&= isIndented;
    kept.push({ text, names });
  }
  return kept;
}

/** Whether the lines right above, without a gap, name the error already, of which this one is a further line. */
function within(kept: readonly Line[], all: readonly string[], index: number): boolean {
  for (let back = 1; back <= LATEST_LINES; back += 1) {
    const line = kept.at(-back);
    if (line === undefined || line.text !== all[index - back]) return false;
    if (line.names) return true;
  }
  return false;
}

function matches(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}

function shortened(text: string): string {
  const line = text.trimEnd();
  return line.length > SHOWN_CHARACTERS ? `${firstOf(line, SHOWN_CHARACTERS)}${ELLIPSIS}` : line;
}
