import { expect, it } from 'vitest';
import { createRedactor } from '../../src/redact/redactor.js';
import { adversaries } from './redact-growth.js';

const KIB = 1024;
/** What is quicker is not measured: it is not told from the noise. */
const QUICK_MS = 20;
/** Four times the text takes four times as long; of a quadratic pattern sixteen times. */
const GROWTH = 9;

const redactor = createRedactor({}, { DB_PASSWORD: 'aaaaaaaaaaaaaaab', API_KEY: 'eyJ-eyJ-eyJ-x' });

function time(piece: string, size: number): number {
  const text = piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
  const startedAt = process.cpuUsage();
  redactor.text(text);
  const { user, system } = process.cpuUsage(startedAt);
  return (user + system) / 1000;
}

it('takes time in proportion to a text, whatever the text', () => {
  const pieces = adversaries();
  expect(pieces.length).toBeGreaterThan(500);
  const slow = pieces
    .map((piece) => ({ piece, ms: time(piece, 32 * KIB) }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 40);
  for (const { piece } of slow) {
    const [small, large] = [64, 256].map((size) => Math.min(...[1, 2].map(() => time(piece, size * KIB))));
    const told = `${JSON.stringify(piece)}: ${small} ms, then ${large} ms`;
    expect(large, told).toBeLessThan(Math.max(QUICK_MS, small ?? 0) * GROWTH);
    expect(large, told).toBeLessThan(2000);
  }
});
