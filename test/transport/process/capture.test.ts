import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Capture, LAST_LIMIT } from '../../../src/transport/process/capture.js';

async function captured(stdout: readonly string[], { limit = 1024 * 1024, taken = false } = {}): Promise<Capture> {
  const [out, err, capture] = [new PassThrough(), new PassThrough(), new Capture(limit)];
  capture.attach(out, err);
  for (const text of stdout) {
    out.write(text);
    await new Promise(setImmediate);
    if (taken) capture.take();
  }
  out.destroy();
  err.destroy();
  await capture.ended;
  return capture;
}

describe('what a process wrote last', () => {
  it('can be looked at without being taken, and after it was taken', async () => {
    for (const taken of [false, true]) {
      const capture = await captured(['one\n', 'two\n'], { taken });
      const last = { stdout: 'one\ntwo\n', stderr: '', truncated: false };
      expect(capture.peek()).toEqual(last);
      expect(Buffer.from(capture.take().stdout).toString()).toBe(taken ? '' : 'one\ntwo\n');
      expect(capture.peek()).toEqual(last);
    }
  });

  it('is bounded, says so, and begins with a whole line', async () => {
    const line = `${'é'.repeat(500)}\n`;
    for (const options of [{}, { taken: true }, { limit: 5000 }]) {
      const { stdout, truncated } = (await captured(Array(40).fill(line), options)).peek();
      expect(truncated).toBe(true);
      expect(stdout.length).toBeGreaterThan(1000);
      expect(Buffer.byteLength(stdout)).toBeLessThanOrEqual(LAST_LIMIT);
      expect(new Set(stdout.trimEnd().split('\n'))).toEqual(new Set([line.trimEnd()]));
    }
  });

  it('is what there is of a line without an end', async () => {
    const { stdout, truncated } = (await captured(['x'.repeat(LAST_LIMIT + 1)])).peek();
    expect([stdout.length, truncated]).toEqual([LAST_LIMIT, true]);
  });

  it.each(['é', '€', '😀'])('is whole characters, wherever the limit cuts one: %s', async (character) => {
    for (const fill of [0, 1, 2, 3]) {
      const text = `${character.repeat(LAST_LIMIT)}${'x'.repeat(fill)}`;
      const capture = await captured([text], { limit: LAST_LIMIT });
      const { stdout } = capture.peek();
      const kept = new TextDecoder('utf-8', { fatal: true }).decode(capture.take().stdout);
      for (const end of [stdout, kept]) {
        expect(text.endsWith(end)).toBe(true);
        expect(Buffer.byteLength(end)).toBeGreaterThan(LAST_LIMIT - 4);
      }
    }
  });
});
