import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH } from '../../../src/json/plain.js';
import { encodeMessage } from '../../../src/transport/protocol/codec.js';
import { FrameDecoder } from '../../../src/transport/protocol/decoder.js';
import type { Frame } from '../../../src/transport/protocol/frames.js';
import { DEFAULT_PORT_LIMITS } from '../../../src/transport/protocol/limits.js';
import { decodeAll } from './support/decode.js';
import { tag } from './support/vectors.js';

const SMALL = { maxHeader: 200, maxFrame: 400 };

/** Bytes that come near the protocol: whole frames, broken ones, and noise between them. */
const pieces = fc.array(
  fc.oneof(
    fc
      .constantFrom(
        '{"t":"bye"}\n',
        '{"t":"result","id":1,"b":[3]}\n{\n}',
        '{"t":"result","id":1,"b":[',
        '0,1]}\n',
        '\n',
        '{',
        '"b":[9999]}\n',
        'x'.repeat(150),
      )
      .map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  ),
  { maxLength: 12 },
);

const cuts = fc.array(fc.nat(), { maxLength: 10 });

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [...at.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.map((place, index) => bytes.subarray(places[index - 1] ?? 0, place));
}

const payload = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 5 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

describe('any stream of bytes', () => {
  it('ends in frames and at most one protocol error, the same however it is cut', () => {
    fc.assert(
      fc.property(pieces, cuts, (parts, at) => {
        const bytes = Buffer.concat(parts);
        const whole = decodeAll([bytes], SMALL);
        const inPieces = decodeAll(cut(bytes, at), SMALL);
        expect(whole.failures.length).toBeLessThanOrEqual(1);
        for (const failure of whole.failures) expect(failure).toMatchObject({ code: 'ESP_PROTOCOL' });
        expect({ messages: inPieces.messages, end: inPieces.end }).toEqual({
          messages: whole.messages,
          end: whole.end,
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('shows the first 200 bytes of the malformed frame, and reads nothing behind it', () => {
    const stray = `print debugging ${'x'.repeat(300)}`;
    const { messages, failures } = decodeAll(
      [Buffer.from(`{"t":"bye"}\n${stray}\n{"t":"bye"}\n`)],
      DEFAULT_PORT_LIMITS,
    );
    expect(messages).toEqual([{ t: 'bye' }]);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.context.received).toBe(stray.slice(0, 200));
  });

  it('reads nothing more once it has failed', () => {
    const frames: Frame[] = [];
    let failures = 0;
    const decoder = new FrameDecoder(SMALL, { frame: (frame) => frames.push(frame), failed: () => (failures += 1) });
    decoder.push(Buffer.from('oops\n'));
    decoder.push(Buffer.from('{"t":"bye"}\nagain\n'));
    expect({ frames, failures }).toEqual({ frames: [], failures: 1 });
  });
});

describe('memory', () => {
  const growth = (run: () => unknown) => {
    const before = process.memoryUsage().arrayBuffers;
    const kept = run();
    const after = process.memoryUsage().arrayBuffers;
    expect(kept).toBeDefined();
    return after - before;
  };
  const ignore = { frame: () => {}, failed: () => {} };

  it('holds at most two header lines for one that never ends, also byte by byte', () => {
    const decoder = new FrameDecoder(DEFAULT_PORT_LIMITS, ignore);
    decoder.push(Buffer.from('{'));
    const byte = Buffer.from('x');
    const grown = growth(() => {
      for (let pushed = 1; pushed < DEFAULT_PORT_LIMITS.maxHeader; pushed += 1) decoder.push(byte);
      return decoder;
    });
    expect(decoder.midFrame).toBe(true);
    // Buffers that were outgrown and are not collected yet add up to as much again.
    expect(grown).toBeLessThan(5 * DEFAULT_PORT_LIMITS.maxHeader);
  });

  it('holds one frame for a trailer that comes in small pieces', () => {
    const size = 8 * 1024 * 1024;
    const decoder = new FrameDecoder(DEFAULT_PORT_LIMITS, ignore);
    decoder.push(Buffer.from(`{"t":"result","id":1,"b":[${size}]}\n`));
    const piece = Buffer.alloc(1000);
    const grown = growth(() => {
      for (let left = size - 1; left > 0; left -= 1000) decoder.push(piece.subarray(0, Math.min(left, 1000)));
      return decoder;
    });
    expect(decoder.midFrame).toBe(true);
    expect(grown).toBeLessThan(size + 1024 * 1024);
  });

  it('does not pin what was read with a small trailer cut from it', () => {
    const blobs: Uint8Array[] = [];
    const decoder = new FrameDecoder(DEFAULT_PORT_LIMITS, {
      frame: ({ trailers }) => blobs.push(...trailers),
      failed: () => {},
    });
    decoder.push(Buffer.concat([Buffer.from('{"t":"result","id":1,"b":[3]}\nabc'), Buffer.alloc(65_536, '{')]));
    expect(blobs[0]).toEqual(Buffer.from('abc'));
    expect(blobs[0]?.buffer.byteLength).toBeLessThan(65_536);
  });
});

describe('a message', () => {
  it('comes back as it was, however it is cut', () => {
    fc.assert(
      fc.property(payload, cuts, (r, at) => {
        const { line, trailers } = encodeMessage({ t: 'result', id: 1, r }, DEFAULT_PORT_LIMITS);
        const { messages, end } = decodeAll(
          cut(Buffer.concat([Buffer.from(line), ...trailers]), at),
          DEFAULT_PORT_LIMITS,
        );
        expect(messages).toEqual([{ t: 'result', id: 1, r: tag(r) }]);
        expect(end).toBe('clean');
      }),
      { numRuns: 500 },
    );
  });

  it('leaves the payload that it was given unchanged', () => {
    const payload = { image: Buffer.from('abc'), list: [Buffer.from('d')] };
    encodeMessage({ t: 'result', id: 1, r: payload }, DEFAULT_PORT_LIMITS);
    expect(payload).toEqual({ image: Buffer.from('abc'), list: [Buffer.from('d')] });
  });

  it.each([
    ['a bigint without end', { id: 10n ** 5000n }, 'args.id is an integer of more than 4300 digits'],
    ['a Map', [new Map()], 'args[0] is a Map'],
    ['a Set', new Set(), 'args is a Set'],
    ['an ArrayBuffer', { x: new ArrayBuffer(1) }, 'args.x is a ArrayBuffer'],
    ['floats', { v: new Float32Array(2) }, 'args.v is a Float32Array'],
    ['what toJSON hides', { toJSON: () => ({ n: Number.NaN }) }, 'args.n is NaN'],
  ])('that holds %s is refused by name', (_what, a, message) => {
    const encode = () => encodeMessage({ t: 'call', id: 1, m: 'f', a }, DEFAULT_PORT_LIMITS);
    expect(encode).toThrow(expect.objectContaining({ code: 'ESP_INVALID', message: expect.stringContaining(message) }));
  });

  it('in a cycle, or too deep, is refused', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    let deep: unknown = 1;
    for (let level = 0; level <= MAX_DEPTH; level += 1) deep = [deep];
    const encode = (r: unknown) => () => encodeMessage({ t: 'result', id: 1, r }, DEFAULT_PORT_LIMITS);
    expect(encode(cycle)).toThrow('result.self is result again');
    expect(encode(deep)).toThrow(/nested deeper than 200/);
  });

  it('over the limit of a frame is refused, with the limit', () => {
    const send = (r: unknown) => encodeMessage({ t: 'result', id: 1, r }, { maxHeader: 100, maxFrame: 1000 });
    expect(() => send(Buffer.alloc(1000))).toThrow(/limit is 1000/);
    expect(() => send('x'.repeat(1000))).toThrow(/limit is 1000/);
    expect(send('x'.repeat(500)).trailers).toHaveLength(1);
  });

  it('that is not a payload refuses NaN and bytes too', () => {
    const metric = () => encodeMessage({ t: 'metric', name: 'loss', value: Number.NaN }, DEFAULT_PORT_LIMITS);
    expect(metric).toThrow(/loss is NaN/);
    const ask = () => encodeMessage({ t: 'ask', id: 1, question: Buffer.from('a') }, DEFAULT_PORT_LIMITS);
    expect(ask).toThrow(/question holds bytes/);
  });
});
