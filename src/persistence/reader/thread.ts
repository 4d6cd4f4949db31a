/** The reader thread: large reads on a connection of their own, and the watch for other processes' commits. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { connectReader } from '../file/connect.js';
import type { Connection } from '../sql/connection.js';
import { storeFailure } from '../sql/failure.js';
import { toWire } from '../sql/wire-error.js';
import type { FromReader, ReaderData, ToReader } from './messages.js';
import { answerQuery, type QueryCall } from './queries.js';

/** How often another process's commits are looked for while someone waits for them, in milliseconds. */
const POLL_MS = 50;

const readerData: z.ZodType<ReaderData> = z.object({
  file: z.string(),
  known: z.boolean(),
  busyTimeoutMs: z.number(),
});

if (parentPort !== null) start(parentPort, readerData.parse(workerData));

function start(port: MessagePort, data: ReaderData): void {
  const tell = (message: FromReader): void => port.postMessage(message);
  let db: Connection;
  try {
    db = connectReader(data.file, data);
  } catch (error) {
    tell({ kind: 'failed', error: toWire(error) });
    return;
  }
  const watch = watcher(db, () => tell({ kind: 'changed' }));
  port.on('message', (message: ToReader) => {
    switch (message.kind) {
      case 'query':
        answer(db, data.file, message.id, message.call, tell);
        return;
      case 'watch':
        watch(message.on);
        return;
      case 'close':
        watch(false);
        db.close();
        port.close();
        return;
      default:
        message satisfies never;
    }
  });
  tell({ kind: 'opened' });
}

function answer(db: Connection, file: string, id: number, call: QueryCall, tell: (message: FromReader) => void): void {
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      tell({ kind: 'refused', id, error: toWire(storeFailure(error, file)) });
    }
  };
  const advance = (steps: Iterator<unknown, unknown>): void => {
    const step = steps.next();
    if (step.done === true) tell({ kind: 'answer', id, value: step.value });
    else setImmediate(() => attempt(() => advance(steps)));
  };
  attempt(() => {
    const value = answerQuery(db, call);
    if (isSteps(value)) advance(value);
    else tell({ kind: 'answer', id, value });
  });
}

function isSteps(value: unknown): value is Iterator<unknown, unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && typeof value.next === 'function';
}

/**
 * Starts and stops the watch. What was committed since anyone watched last counts as a change, so a commit between two
 * waits, or while this thread started, is never missed; and no change is told sooner than a poll after the wait began, so
 * whoever writes at each change is not driven in circles.
 */
function watcher(db: Connection, changed: () => void): (on: boolean) => void {
  let timer: NodeJS.Timeout | undefined;
  let version: number | null = null;
  const look = (): void => {
    const found = versionOf(db);
    if (found === version && found !== null) return;
    version = found;
    changed();
  };
  return (on) => {
    clearInterval(timer);
    timer = on ? setInterval(look, POLL_MS) : undefined;
  };
}

/** Null when it could not be read: whoever waits is woken, looks, and meets the error itself. */
function versionOf(db: Connection): number | null {
  try {
    return db.dataVersion();
  } catch {
    return null;
  }
}
