/** The reader thread: large reads on a connection of their own, and the watch for other processes' commits. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { journalHead } from '../families/journal/batch.js';
import { ReadFile } from '../file/read-file.js';
import { storeFailure } from '../sql/failure.js';
import { toWire } from '../thread/wire-error.js';
import { CommitWatch } from './commit-watch.js';
import type { FromReader, ReaderData, ToReader } from './messages.js';
import { answerQuery, type QueryCall } from './queries.js';

const readerData: z.ZodType<ReaderData> = z.object({
  file: z.string(),
  known: z.boolean(),
  busyTimeoutMs: z.number(),
});

if (parentPort !== null) start(parentPort, readerData.parse(workerData));

function start(port: MessagePort, data: ReaderData): void {
  const tell = (message: FromReader): void => port.postMessage(message);
  let store: ReadFile;
  try {
    store = ReadFile.open(data.file, data);
  } catch (error) {
    tell({ kind: 'failed', error: toWire(error) });
    return;
  }
  const commits = new CommitWatch({
    file: store.file,
    version: () => store.version(),
    changed: (isKnown) => tell({ kind: 'changed', head: isKnown ? headOf(store) : null }),
  });
  port.on('message', (message: ToReader) => {
    switch (message.kind) {
      case 'query':
        answer(store, message.id, message.call, tell);
        return;
      case 'watch':
        commits.set(message.on);
        return;
      case 'close':
        commits.close();
        store.close();
        port.close();
        return;
      default:
        message satisfies never;
    }
  });
  tell({ kind: 'opened' });
}

function answer(store: ReadFile, id: number, call: QueryCall, tell: (message: FromReader) => void): void {
  let release = (): void => undefined;
  const end = (message: FromReader): void => {
    release();
    tell(message);
  };
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      end({ kind: 'refused', id, error: toWire(storeFailure(error, store.file)) });
    }
  };
  const advance = (steps: Iterator<unknown, unknown>): void => {
    const step = steps.next();
    if (step.done === true) end({ kind: 'answer', id, value: step.value });
    else setImmediate(() => attempt(() => advance(steps)));
  };
  attempt(() => {
    const used = store.use();
    release = used.release;
    const value = answerQuery(used.db, call);
    if (isSteps(value)) advance(value);
    else end({ kind: 'answer', id, value });
  });
}

function isSteps(value: unknown): value is Iterator<unknown, unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && typeof value.next === 'function';
}

/** The newest number in the journal; null when it cannot be read: whoever looks meets the error himself. */
function headOf(store: ReadFile): number | null {
  try {
    const { db, release } = store.use();
    try {
      return journalHead(db);
    } finally {
      release();
    }
  } catch {
    return null;
  }
}
