import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { ProgramOutput } from '../../../src/cli/logs/program-output.js';
import { Output } from '../../../src/cli/print/output.js';

async function written(pieces: readonly Buffer[], asText: boolean) {
  const stream = new PassThrough();
  const output = new ProgramOutput(new Output(stream), asText);
  for (const piece of pieces) await output.write(piece);
  await output.end();
  const bytes: unknown = stream.read();
  return { bytes: Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0), isAltered: output.isAltered };
}

const seed = Buffer.from('a🌱b');
const pieces = Array.from(seed, (byte) => Buffer.of(byte));

it('what is not for a terminal is written byte by byte', async () => {
  const bytes = Buffer.from([0xff, 0, 0xe2, 0x82]);
  expect(await written([bytes], false)).toEqual({ bytes, isAltered: false });
});

it('on a terminal a character that came in pieces is one, and nothing is said to be altered', async () => {
  expect(await written(pieces, true)).toEqual({ bytes: seed, isAltered: false });
});

it('on a terminal what is not UTF-8 is shown as U+FFFD and said, half a character at the end too', async () => {
  expect(await written([Buffer.from([0x61, 0xff])], true)).toEqual({ bytes: Buffer.from('a\uFFFD'), isAltered: true });
  expect(await written(pieces.slice(0, 3), true)).toEqual({ bytes: Buffer.from('a\uFFFD'), isAltered: true });
});
