import type { EspalierError } from '../../../../src/errors.js';
import { decodeFrame } from '../../../../src/transport/protocol/codec.js';
import { FrameDecoder } from '../../../../src/transport/protocol/decoder.js';
import { malformedHeader } from '../../../../src/transport/protocol/frames.js';
import type { FrameLimits } from '../../../../src/transport/protocol/limits.js';
import { tag } from './vectors.js';

export interface Decoded {
  readonly messages: unknown[];
  readonly failures: EspalierError[];
  readonly end: 'clean' | 'partial' | 'failure';
}

/** Decodes chunks as a connection would: the first frame that is wrong is the last. */
export function decodeAll(chunks: Iterable<Uint8Array>, limits: FrameLimits): Decoded {
  const messages: unknown[] = [];
  const failures: EspalierError[] = [];
  const decoder = new FrameDecoder(limits, {
    frame: (frame) => {
      const header = decodeFrame(frame);
      if (typeof header === 'string') {
        decoder.stop();
        failures.push(malformedHeader(header, frame.header));
        return;
      }
      const { b: _sizes, bp: _places, j: _json, ...message } = header;
      messages.push(tag(message));
    },
    failed: (error) => failures.push(error),
  });
  for (const chunk of chunks) decoder.push(Buffer.from(chunk));
  const end = failures.length > 0 ? 'failure' : decoder.midFrame ? 'partial' : 'clean';
  return { messages, failures, end };
}
