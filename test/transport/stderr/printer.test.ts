import { expect, it } from 'vitest';
import { Printer } from '../../../src/transport/stderr/printer.js';
import type { Sunk } from '../../../src/transport/stderr/sink.js';

/** A printer into a reader that takes what it is told to. */
function printing(limit = 1000) {
  const reader = { takes: Number.POSITIVE_INFINITY, isGone: false, text: '', sizes: [] as number[] };
  const timers: (() => void)[] = [];
  const sink = (bytes: Uint8Array): Sunk => {
    if (reader.isGone) return 'gone';
    const count = Math.min(bytes.length, reader.takes);
    reader.takes -= count;
    reader.text += Buffer.from(bytes.subarray(0, count)).toString();
    reader.sizes.push(bytes.length);
    return count;
  };
  const printer = new Printer({ sink: () => sink, later: (callback) => void timers.push(callback), limit });
  /** Lets time pass until nothing is to be done any more. */
  const pass = () => {
    for (let turn = 0; turn < 1000 && timers.length > 0; turn += 1) timers.shift()?.();
  };
  return { printer, reader, timers, pass };
}

it('prints each line with its source in front, at once', () => {
  const { printer, reader, timers } = printing();
  printer.print('/w', 'one\ntwo\n');
  expect([reader.text, timers.length]).toEqual(['/w | one\n/w | two\n', 0]);
});

it('goes on where a reader who was behind left off', () => {
  const { printer, reader, pass } = printing();
  reader.takes = 3;
  printer.print('/w', 'one\ntwo\n');
  printer.print('/v', 'three\n');
  expect(reader.text).toBe('/w ');
  reader.takes = Number.POSITIVE_INFINITY;
  pass();
  expect(reader.text).toBe('/w | one\n/w | two\n/v | three\n');
});

it('drops what finds no room, and says how much of whom once there is room', () => {
  const { printer, reader, pass } = printing(100);
  reader.takes = 0;
  for (let line = 0; line < 50; line += 1) printer.print('/w', `line ${line} ${'x'.repeat(20)}\n`);
  printer.print('/v', 'a\nb\n');
  reader.takes = Number.POSITIVE_INFINITY;
  pass();
  const lines = reader.text.trimEnd().split('\n');
  const kept = lines.filter((line) => line.startsWith('/w | line')).length;
  expect(kept).toBeGreaterThan(0);
  expect(lines.slice(kept)).toEqual([
    `/w | (${50 - kept} lines were dropped: the reader was behind)`,
    '/v | (2 lines were dropped: the reader was behind)',
  ]);
});

it('holds no more than its limit and one piece of text, however much is printed', () => {
  const { printer, reader, pass } = printing(1000);
  reader.takes = 0;
  for (let line = 0; line < 10_000; line += 1) printer.print('/w', `${'x'.repeat(100)}\n`);
  expect(printer.isBehind).toBe(true);
  reader.takes = Number.POSITIVE_INFINITY;
  pass();
  expect(reader.text.length).toBeLessThan(1300);
  expect(printer.isBehind).toBe(false);
});

it('leaves the host its turn when there is much to write, and writes whole lines in pieces that fit a pipe', () => {
  const { printer, reader, timers, pass } = printing(1_000_000);
  printer.print('/w', `${'x'.repeat(95)}\n`.repeat(2000));
  expect(reader.text.length).toBeLessThan(100_000);
  expect(timers.length).toBe(1);
  pass();
  expect(reader.text.length).toBe(2000 * 101);
  expect(Math.max(...reader.sizes)).toBeLessThanOrEqual(4096);
  expect(reader.sizes.every((size) => size % 101 === 0)).toBe(true);
});

it('keeps nothing for a reader who has gone', () => {
  const { printer, reader, timers } = printing();
  reader.isGone = true;
  printer.print('/w', 'one\n');
  printer.print('/w', 'two\n');
  expect([printer.isBehind, timers.length, reader.text]).toEqual([true, 0, '']);
});
