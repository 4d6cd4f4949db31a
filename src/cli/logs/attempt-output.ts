import { isUtf8 } from 'node:buffer';
import type { JobId, StoreReader } from '../../index.js';
import { Output } from '../print/output.js';
import { ProgramOutput } from './program-output.js';
import { lastLines } from './tail.js';

/** Whose output is shown: a slot or a job. */
export interface OutputOwner {
  readonly jobId: JobId;
  /** As people call it. */
  readonly name: string;
  /** Whether nothing more comes of it. */
  hasEnded(): Promise<boolean>;
}

export interface ShowOptions {
  /** Only so many of the last lines of each stream. */
  readonly tail?: number | undefined;
  /** The newest unless one is named. */
  readonly attempt?: number | undefined;
  readonly follow: boolean;
  /** On a terminal too every byte as it was written. */
  readonly raw: boolean;
}

type Piece = NonNullable<Awaited<ReturnType<StoreReader['outputs']['since']>>>;

const STREAMS = ['stdout', 'stderr'] as const;

/** Prints what an attempt wrote, each stream to its own; with `follow` what it and later ones write, until all has ended. */
export async function showOutput(reader: StoreReader, owner: OutputOwner, options: ShowOptions): Promise<void> {
  const { tail, attempt, follow, raw } = options;
  const outs = {
    stdout: new ProgramOutput(Output.of(process.stdout), process.stdout.isTTY && !raw),
    stderr: new ProgramOutput(Output.of(process.stderr), process.stderr.isTTY && !raw),
  };
  const { closed } = outs.stdout.output;
  let seen: Piece | null = null;
  for (;;) {
    // Whether it has ended is asked first: what it wrote until then is read after it.
    const ended = !follow || (await owner.hasEnded());
    const piece: Piece | null = await reader.outputs.since(owner.jobId, seen && placeAfter(seen), attempt);
    for (const stream of piece === null ? [] : STREAMS) {
      const bytes = Buffer.from(piece?.[stream].bytes ?? []);
      await outs[stream].write(seen === null && tail !== undefined ? lastLines(bytes, tail) : bytes);
    }
    seen = piece ?? seen;
    if (ended || closed.aborted) break;
    await reader.journal.changed(closed);
  }
  for (const stream of STREAMS) await outs[stream].end();
  const altered = STREAMS.filter((stream) => outs[stream].isAltered);
  if (altered.length === 0) return;
  await outs.stderr.output.line(
    `espalier: ${altered.join(' and ')} of ${owner.name} is not UTF-8: \uFFFD stands for what is not; --raw writes the bytes`,
  );
}

function placeAfter({ attempt, stdout, stderr }: Piece) {
  return { attempt, stdout: stdout.written, stderr: stderr.written };
}

/** Prints the same as one line of JSON, with how many bytes were written, are kept and are shown of each stream. */
export async function printOutput(
  reader: StoreReader,
  { jobId, name }: OutputOwner,
  { tail, attempt }: Pick<ShowOptions, 'tail' | 'attempt'>,
): Promise<void> {
  const piece = await reader.outputs.since(jobId, null, attempt);
  const streams = STREAMS.map((stream) => [stream, piece === null ? null : streamOf(piece[stream], tail)] as const);
  const { truncated = false, heldOpen = false } = piece ?? {};
  const line = { of: name, attempt: piece?.attempt ?? null, ...Object.fromEntries(streams), truncated, heldOpen };
  await Output.of(process.stdout).line(JSON.stringify(line));
}

function streamOf({ bytes, written, kept }: Piece['stdout'], tail: number | undefined) {
  const shown = tail === undefined ? Buffer.from(bytes) : lastLines(Buffer.from(bytes), tail);
  const content = isUtf8(shown) ? { text: shown.toString() } : { base64: shown.toString('base64') };
  return { written, kept, shown: shown.byteLength, ...content };
}
