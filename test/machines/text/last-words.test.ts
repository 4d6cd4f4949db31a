import { describe, expect, it } from 'vitest';
import { endOf, tellingLines } from '../../../src/machines/text/last-words.js';

const frames = Array.from({ length: 10 }, (_, n) => `    at f${n} (node:internal/modules/cjs/loader:${n}:15)`).join(
  '\n',
);

/** What runtimes print when a program of theirs ends badly, as they were seen to. */
const endings: Record<string, readonly [string, ...string[]]> = {
  'Node, a missing module': [
    `node:internal/modules/esm/resolve:283\n    throw new ERR_MODULE_NOT_FOUND(\n          ^\n\nError [ERR_MODULE_NOT_FOUND]: Cannot find module '/nope.mjs'\n${frames} {\n  code: 'ERR_MODULE_NOT_FOUND',\n  url: 'file:///nope.mjs'\n}\n\nNode.js v20.20.2\n`,
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/nope.mjs'",
  ],
  'Node, a message of several lines': [
    `  throw err;\n  ^\n\nError: Cannot find module 'nope'\nRequire stack:\n- /tmp/b.js\n${frames} {\n  code: 'MODULE_NOT_FOUND',\n  requireStack: [ '/tmp/b.js' ]\n}\n\nNode.js v20.20.2\n`,
    "Error: Cannot find module 'nope'",
    'Require stack:',
    '- /tmp/b.js',
  ],
  'Node, an error with a cause': [
    `a.js:1\nthrow e\n^\n\nError: outer\n${frames} {\n  [cause]: TypeError: inner\n      at Object.<anonymous> (/tmp/d.js:1:66)\n      at f\n}\n\nNode.js v20.20.2\n`,
    'Error: outer',
    '  [cause]: TypeError: inner',
  ],
  'Node, several errors in one': [
    `a.js:1\nthrow e\n^\n\nAggregateError: both\n${frames} {\n  [errors]: [\n    Error: one\n        at f,\n    Error: two\n        at g\n  ]\n}\n\nNode.js v20\n`,
    'AggregateError: both',
  ],
  'Node, something thrown that is no error': [
    '/tmp/c.js:1\nthrow "boom"\n^\nboom\n(Use `node --trace-uncaught ...` to show where the exception was thrown)\n\nNode.js v20.20.2\n',
    'boom',
  ],
  'Node, an error of a class of one’s own': [
    `/tmp/g.js:1\nthrow new Boom("hi")\n^\n\nBoom [Error]: hi\n${frames}\n\nNode.js v20.20.2\n`,
    'Boom [Error]: hi',
  ],
  'Node, logged and not thrown': [`Boom: hi\n${frames}\n`, 'Boom: hi'],
  'Node, a syntax error': [
    `file:///tmp/e.mjs:1\nimport {x from "y"\n          ^^^^\n\nSyntaxError: Unexpected identifier 'from'\n${frames}\n\nNode.js v20.20.2\n`,
    "SyntaxError: Unexpected identifier 'from'",
  ],
  'Node, out of memory': [
    '\n<--- Last few GCs --->\n\n[16817:0x613ae20]       53 ms: Mark-Compact 20.1\n\n\n<--- JS stacktrace --->\n\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n----- Native stack trace -----\n\n 1: 0xb78db3 node::OOMErrorHandler(char const*) [node]\n',
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  ],
  'Python, a missing module': [
    `Traceback (most recent call last):\n  File "<string>", line 1, in <module>\nModuleNotFoundError: No module named 'nope'\n`,
    "ModuleNotFoundError: No module named 'nope'",
  ],
  'Python, a chain of errors with a class of one’s own': [
    'Traceback (most recent call last):\n  File "a.py", line 5, in <module>\n    1/0\n    ~^~\nZeroDivisionError: division by zero\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "a.py", line 7, in <module>\n    f()\nBoom: two\nlines\n',
    'Boom: two',
    'lines',
  ],
  'Python, a syntax error': [
    '  File "/tmp/b.py", line 1\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n',
    'SyntaxError: invalid syntax',
  ],
  Ruby: ["a.rb:1:in 'f': no luck (RuntimeError)\n\tfrom a.rb:3:in '<main>'\n", "a.rb:1:in 'f': no luck (RuntimeError)"],
  'Rust, a panic': [
    "thread 'main' panicked at src/main.rs:2:5:\nno luck\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
    "thread 'main' panicked at src/main.rs:2:5:",
    'no luck',
  ],
  'Rust, a panic with its stack': [
    "thread 'main' (7) panicked at src/main.rs:2:5:\nno luck\nstack backtrace:\n   0: rust_begin_unwind\n             at /rustc/library/std/src/panicking.rs:5:5\n",
    "thread 'main' (7) panicked at src/main.rs:2:5:",
    'no luck',
  ],
  'Go, a panic': [
    'panic: no luck\n\ngoroutine 1 [running]:\nmain.main()\n\t/tmp/a.go:4 +0x1d\nexit status 2\n',
    'panic: no luck',
  ],
  'Go, a deadlock': [
    'fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n',
    'fatal error: all goroutines are asleep - deadlock!',
  ],
  Java: [
    'Exception in thread "main" java.lang.IllegalStateException: no luck\n\tat Foo.main(Foo.java:3)\nCaused by: java.io.IOException: gone\n\tat Foo.read(Foo.java:9)\n\t... 1 more\n',
    'Exception in thread "main" java.lang.IllegalStateException: no luck',
    'Caused by: java.io.IOException: gone',
  ],
  '.NET': [
    'Unhandled exception. System.InvalidOperationException: no luck\n   at Program.Main() in /a/Program.cs:line 3\n',
    'Unhandled exception. System.InvalidOperationException: no luck',
  ],
  bash: ['starting\n./run.sh: line 3: nope: command not found\n', './run.sh: line 3: nope: command not found'],
  dash: ['run.sh: 3: nope: not found\n', 'run.sh: 3: nope: not found'],
  'C++, an exception': [
    "terminate called after throwing an instance of 'std::runtime_error'\n  what():  no luck\n",
    "terminate called after throwing an instance of 'std::runtime_error'",
    '  what():  no luck',
  ],
  'C, an assertion': ["ac: a.c:2: main: Assertion `1==2' failed.\n", "ac: a.c:2: main: Assertion `1==2' failed."],
  Elixir: ['** (RuntimeError) no luck\n', '** (RuntimeError) no luck'],
  Lua: ["lua: a.lua:1: no luck\nstack traceback:\n\t[C]: in function 'error'\n", 'lua: a.lua:1: no luck'],
  'a text without an error': ['one\ntwo\n\nthree\nfour\n', 'two', 'three', 'four'],
  'an error after which it went on for long': [
    `Error: ignored\n    at f (a.js:1:1)\n${Array.from({ length: 20 }, (_, n) => `request ${n}`).join('\n')}\n`,
    'request 17',
    'request 18',
    'request 19',
  ],
  'an error after which it tidied up': [
    'Error: no disk\n    at f (a.js:1:1)\nclosing a\nclosing b\nclosing c\nbye\n',
    'Error: no disk',
    '…',
    'closing c',
    'bye',
  ],
};

describe('of what a program wrote last, the lines that tell what went wrong are', () => {
  it.each(Object.entries(endings))('%s', (_, [stderr, ...lines]) => {
    expect(tellingLines(stderr)).toEqual(lines);
    expect(tellingLines(stderr.replaceAll('\n', '\r\n'))).toEqual(lines);
  });

  it('none of nothing', () => {
    expect([tellingLines(''), tellingLines('\n \n')]).toEqual([[], []]);
  });

  it('cut where they are long, between two characters', () => {
    const [line = ''] = tellingLines(`Error: ${'é🌳'.repeat(300)}`);
    expect(line).toMatch(/^Error: (é🌳)*é?…$/u);
    expect(line.length).toBeLessThan(210);
  });

  it('found in the time that the length of the text takes', () => {
    for (const part of ['a', ' ', 'Error', 'Aa.', '\n', '\n    at f', '^', 'at ', '{', '\n  File "']) {
      const started = performance.now();
      tellingLines(part.repeat(2 ** 17));
      expect(performance.now() - started, part).toBeLessThan(1500);
    }
  });
});

describe('the end of what a program wrote', () => {
  it('is all of it when it is short', () => {
    expect(endOf('abc', 3)).toBe('abc');
  });

  it('begins with the line that names the error, when that would be cut off', () => {
    const deep = `Error: no disk\n${frames}\n`;
    const end = endOf(deep, 120);
    expect(end.length).toBeLessThanOrEqual(120);
    expect(end).toMatch(/^Error: no disk\n…\n.*loader:9:15\)\n$/s);
  });

  it('is the plain end when that names the error, or nothing does', () => {
    expect(endOf(`${'x\n'.repeat(100)}Error: no`, 20)).toBe('\nx\nx\nx\nx\nx\nError: no');
    expect(endOf('abcdef', 3)).toBe('def');
  });

  it('holds no half of a character', () => {
    expect(endOf('🌳🌳🌳', 3)).toBe('🌳');
  });
});
