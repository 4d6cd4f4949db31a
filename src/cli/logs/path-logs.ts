import { StringDecoder } from 'node:string_decoder';
import { EspalierError, type KeptLog, type LogPlace, type StoreReader } from '../../index.js';
import { Output } from '../print/output.js';
import { lastLines } from './tail.js';

const NOWHERE: LogPlace = { stdout: 0, stderr: 0 };

/** Paths that a message offers at most. */
const OFFERED = 10;

/**
 * Prints what is kept of the workers and services at or below a path, each stream to its own; of several each line with its
 * path in front. With `follow` it goes on, also with those that come, until nobody reads.
 *
 * @throws EspalierError `ESP_NOT_FOUND` when nothing is kept there
 */
export async function showPathLogs(
  reader: StoreReader,
  path: string,
  tail: number | undefined,
  follow: boolean,
): Promise<void> {
  const outputs = { stdout: Output.of(process.stdout), stderr: Output.of(process.stderr) };
  const shown = new Map<string, PathLog>();
  let isWaiting = false;
  for (;;) {
    const paths = await reader.logs.list(path);
    if (paths.length === 0 && shown.size === 0) {
      const none = await nothing(reader, path);
      if (!follow) throw none;
      if (!isWaiting) await outputs.stderr.line(`espalier: ${none.message}; waiting`);
      isWaiting = true;
    }
    const isOne = paths.length === 1 && shown.size <= 1;
    for (const one of paths) {
      const log = shown.get(one) ?? new PathLog(outputs);
      const isNew = !shown.has(one);
      shown.set(one, log);
      const kept = await reader.logs.read(one, isNew ? undefined : log.place);
      if (kept) await log.show(kept, isOne ? '' : `${one} | `, isNew ? tail : undefined);
    }
    if (!follow || outputs.stdout.closed.aborted) break;
    await reader.journal.changed(outputs.stdout.closed);
  }
  for (const log of shown.values()) await log.end();
}

/** What was printed of one path. */
class PathLog {
  place = NOWHERE;
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  readonly #rests = { stdout: '', stderr: '' };
  #prefix = '';

  constructor(readonly outputs: Readonly<Record<'stdout' | 'stderr', Output>>) {}

  async show(kept: KeptLog, prefix: string, tail: number | undefined): Promise<void> {
    this.#prefix = prefix;
    if (kept.truncated && this.place !== NOWHERE) await this.outputs.stderr.line(`${prefix}(some of it was not kept)`);
    this.place = kept.end;
    await this.#show('stdout', kept.stdout, tail);
    await this.#show('stderr', kept.stderr, tail);
  }

  /** A last line without an end. */
  async end(): Promise<void> {
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = this.#rests[stream] + this.#decoders[stream].end();
      if (rest !== '') await this.outputs[stream].write(`${this.#prefix}${rest}`);
    }
  }

  async #show(stream: 'stdout' | 'stderr', bytes: Uint8Array, tail: number | undefined): Promise<void> {
    const all = Buffer.from(bytes);
    const wanted = tail === undefined ? all : lastLines(all, tail);
    const text = this.#rests[stream] + this.#decoders[stream].write(wanted);
    const whole = text.lastIndexOf('\n') + 1;
    this.#rests[stream] = text.slice(whole);
    const lines = text.slice(0, whole).split('\n').slice(0, -1);
    if (lines.length > 0) await this.outputs[stream].write(lines.map((line) => `${this.#prefix}${line}\n`).join(''));
  }
}

async function nothing(reader: StoreReader, path: string): Promise<EspalierError> {
  const known = await reader.logs.list('/');
  const offer =
    known.length === 0
      ? 'no worker or service has printed anything'
      : `kept are: ${known.slice(0, OFFERED).join(', ')}`;
  const more = known.length > OFFERED ? ` and ${known.length - OFFERED} more` : '';
  const message = `nothing that was printed at or below ${path} is kept in ${reader.file}; ${offer}${more}`;
  return new EspalierError('ESP_NOT_FOUND', message, { context: { path } });
}
