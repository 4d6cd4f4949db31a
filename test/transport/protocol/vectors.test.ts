import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../../../src/transport/protocol/codec.js';
import { DEFAULT_PORT_LIMITS } from '../../../src/transport/protocol/limits.js';
import { decodeAll } from './support/decode.js';
import { python, pythonEnvironment } from './support/python.js';
import { bytesOf, limitsOf, tag, untag, VECTORS_FILE, vectors } from './support/vectors.js';

describe('the TypeScript codec', () => {
  it.each(vectors.decode)('agrees on $name', (vector) => {
    const { messages, end } = decodeAll([bytesOf(vector)], limitsOf(vector));
    expect(messages).toEqual(vector.messages);
    // As text too: `toEqual` does not see a key named __proto__.
    expect(JSON.stringify(messages)).toBe(JSON.stringify(vector.messages));
    expect(end).toBe(vector.end);
  });

  it.each(vectors.decode)('agrees on $name when it comes in two pieces, cut anywhere', (vector) => {
    const bytes = bytesOf(vector);
    const limits = limitsOf(vector);
    for (let cut = 1; cut < Math.min(bytes.length, 300); cut += 1) {
      const { messages, end, failures } = decodeAll([bytes.subarray(0, cut), bytes.subarray(cut)], limits);
      expect({ cut, messages, end }).toEqual({ cut, messages: vector.messages, end: vector.end });
      expect(failures.length).toBeLessThanOrEqual(1);
    }
  });

  it.each(vectors.decode)('agrees on $name when it comes byte by byte', (vector) => {
    const pieces = Array.from(bytesOf(vector), (byte) => Uint8Array.of(byte));
    const { messages, end } = decodeAll(pieces, limitsOf(vector));
    expect(messages).toEqual(vector.messages);
    expect(end).toBe(vector.end);
  });

  it('brings every value back as it was', () => {
    for (const value of vectors.values) {
      const { line, trailers } = encodeMessage({ t: 'result', id: 1, r: untag(value) }, DEFAULT_PORT_LIMITS);
      const { messages } = decodeAll([Buffer.from(line), ...trailers], DEFAULT_PORT_LIMITS);
      expect(messages).toEqual([{ t: 'result', id: 1, r: tag(untag(value)) }]);
    }
  });

  it('refuses by name what JSON would lose', () => {
    for (const { value, message } of vectors.refused) {
      const encode = () => encodeMessage({ t: 'result', id: 1, r: untag(value) }, DEFAULT_PORT_LIMITS);
      expect(encode).toThrow(
        expect.objectContaining({ code: 'ESP_INVALID', message: expect.stringContaining(message) }),
      );
    }
  });
});

describe('the Python codec', () => {
  const script = fileURLToPath(new URL('./fixtures/vectors.py', import.meta.url));
  const run = () =>
    execFileSync(python, [script, fileURLToPath(VECTORS_FILE)], { env: pythonEnvironment(), encoding: 'utf8' })
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('agrees on every vector and refuses the same values by the same names', () => {
    const lines = run();
    vectors.decode.forEach((vector, index) => {
      const { name, messages, end } = vector;
      expect({ name, messages: lines[index].messages, end: lines[index].end }).toEqual({ name, messages, end });
    });
    vectors.refused.forEach(({ message }, index) => {
      const refusal = lines[vectors.decode.length + index];
      expect(refusal).toEqual({ code: 'ESP_INVALID', message: expect.stringContaining(message) });
    });
    const back = lines.slice(vectors.decode.length + vectors.refused.length);
    expect(back).toEqual(vectors.values.map(() => true));
  });
});
