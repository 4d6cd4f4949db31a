import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_LINE, UsageLines } from '../../../../src/machines/work/job/usage-lines.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const source = { units: { usd: '/cost/usd' }, from: 'each-line', as: 'sum' } as const;
const line = (usd: unknown) => `${JSON.stringify({ cost: { usd }, text: 'ä' })}\n`;

describe('the usage that a program prints', () => {
  it('is the same however its bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), fc.integer({ min: 1, max: 9 }), (amounts, size) => {
        const lines = new UsageLines(source);
        const all = bytes(amounts.map((one) => line(one)).join('noise\n'));
        for (let at = 0; at < all.length; at += size) lines.push(all.subarray(at, at + size));
        lines.end();
        expect(lines.amounts.usd ?? 0).toBe(amounts.reduce((sum, one) => sum + one, 0));
      }),
    );
  });

  it('is read from the last line alone where that tells it, also without an end of line', () => {
    const lines = new UsageLines({ ...source, from: 'last-line' });
    lines.push(bytes(`${line(7)}${line(3).trim()}`));
    lines.end();
    expect(lines.amounts).toEqual({ usd: 3 });
  });

  it('passes over a line that is too long, and counts it', () => {
    const lines = new UsageLines(source);
    lines.push(bytes(`{"x":"${'y'.repeat(MOST_LINE)}"}\n${line(2)}`));
    lines.end();
    expect(lines).toMatchObject({ amounts: { usd: 2 }, skipped: 1, fault: null });
  });

  it('is refused where it is no finite number from 0 on', () => {
    for (const wrong of ['1', -1, null]) {
      const lines = new UsageLines(source);
      lines.push(bytes(line(wrong)));
      expect(lines.fault).toContain('no finite number');
    }
  });
});
