import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineCutter } from '../../src/host/line-cutter.js';

const bytes = (text: string) => Buffer.from(text);

it('cuts a text into its lines, whichever chunks it comes in', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', '€', '😀', '\n', '\r\n') })),
      fc.nat(7),
      (parts, step) => {
        const text = parts.join('');
        const all = bytes(text);
        const cutter = new LineCutter();
        let lines = '';
        for (let at = 0; at < all.length; at += step + 1) lines += cutter.cut(all.subarray(at, at + step + 1));
        lines += cutter.end();
        expect(lines).toBe(text === '' || text.endsWith('\n') ? text : `${text}\n`);
      },
    ),
  );
});

it('gives a line without an end in pieces, so that it holds no more than one', () => {
  const cutter = new LineCutter();
  const pieces = cutter.cut(bytes('x'.repeat(100_000)));
  expect(
    pieces
      .split('\n')
      .slice(0, -1)
      .every(({ length }) => length === 8192),
  ).toBe(true);
  expect(`${pieces}${cutter.end()}`.replaceAll('\n', '')).toBe('x'.repeat(100_000));
});

it('counts what it passes over, and goes on with the next whole line', () => {
  const cutter = new LineCutter();
  expect(cutter.cut(bytes('one\ntw'))).toBe('one\n');
  expect(cutter.skip(bytes('o\nthree\nfo'))).toBe(2);
  expect(cutter.cut(bytes('ur\nfive\n'))).toBe('five\n');
  expect(cutter.skip(bytes('six\n'))).toBe(1);
  expect(cutter.cut(bytes('seven\n'))).toBe('seven\n');
});
