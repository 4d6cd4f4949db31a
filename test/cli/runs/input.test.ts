import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter, MAX_LINE, readInput } from '../../../src/cli/runs/input.js';
import { isEspalierError } from '../../../src/errors.js';

const utf8 = new TextEncoder();

function split(...chunks: Uint8Array[]): string[] {
  const splitter = new LineSplitter('in.txt');
  for (const chunk of chunks) splitter.push(chunk);
  return splitter.end().map(({ text }) => text);
}

function refusal(...chunks: Uint8Array[]): { message: string; context: Readonly<Record<string, unknown>> } {
  try {
    split(...chunks);
  } catch (error) {
    if (isEspalierError(error) && error.code === 'ESP_INVALID') return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('input lines', () => {
  it.each<[string, string[]]>([
    ['a\nb\n', ['a', 'b']],
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['\n\na\n\r\n\nb\n\n', ['a', 'b']],
    ['', []],
    ['\n', []],
    [' \n\t\n', [' ', '\t']],
    ['a\rb\nc\r\r\n', ['a\rb', 'c\r']],
    ['\uFEFFa\n\uFEFFb\n', ['a', '\uFEFFb']],
    ['\uFEFF\nb', ['b']],
    ['a b  \n', ['a b  ']],
  ])('of %j are %j', (text, lines) => {
    expect(split(utf8.encode(text))).toEqual(lines);
  });

  it('keep their number in the file', () => {
    const splitter = new LineSplitter('in.txt');
    splitter.push(utf8.encode('\na\n\n\nb'));
    expect(splitter.end()).toEqual([
      { text: 'a', line: 2 },
      { text: 'b', line: 5 },
    ]);
  });

  it('are the same however the bytes arrive', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\0\r\n\uFEFF]/.test(text));
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 1, max: 7 }), fc.constantFrom('\n', '\r\n'), (lines, size, end) => {
        const bytes = utf8.encode(lines.map((text) => text + end).join(''));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        );
        expect(split(...chunks)).toEqual(lines);
      }),
    );
  });

  it.each([
    ['an invalid byte', [0x61, 0x0a, 0xff, 0x0a], 2],
    ['a character cut short', [0x61, 0x0a, 0x62, 0x0a, 0xc3, 0x0a], 3],
    ['a character cut short by the end', [0xe2, 0x82], 1],
    ['a surrogate', [0xed, 0xa0, 0x80], 1],
  ])('are refused with %s', (_what, bytes, line) => {
    const { message, context } = refusal(Uint8Array.from(bytes));
    expect(message).toBe(`in.txt: line ${line} is not UTF-8`);
    expect(context).toEqual({ input: 'in.txt', line });
  });

  it('are refused with a NUL character', () => {
    expect(refusal(utf8.encode('a\nb\0c')).message).toMatch(/^in\.txt: line 2 contains a NUL/);
  });

  it('are refused beyond their longest, before all of it is kept', () => {
    const most = new Uint8Array(MAX_LINE).fill(97);
    expect(split(most, utf8.encode('\nb'))).toHaveLength(2);
    expect(refusal(most, utf8.encode('a')).message).toContain('line 1 is longer than');
  });
});

describe('an input file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-input-'));

  it('is read to its end', async () => {
    const file = join(folder, 'many');
    writeFileSync(file, Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`).join(''));
    const lines = await readInput(file);
    expect(lines).toHaveLength(50_000);
    expect(lines.at(-1)).toEqual({ text: 'line 49999', line: 50_000 });
  });

  it.each([
    ['none', 'does not exist'],
    ['.', 'is a directory'],
  ])('named %s is refused by name', async (name, what) => {
    const file = join(folder, name);
    await expect(readInput(file)).rejects.toMatchObject({ code: 'ESP_INVALID', message: `input file ${file} ${what}` });
  });

  it('called - is standard input', async () => {
    async function* stdin() {
      yield utf8.encode('x\n');
      yield utf8.encode('y');
    }
    await expect(readInput('-', stdin())).resolves.toEqual([
      { text: 'x', line: 1 },
      { text: 'y', line: 2 },
    ]);
  });
});
