/** The writer thread: the only place of this process that writes to the store. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { OperationsPlace } from '../contract/options.js';
import { findHost } from '../families/hosts/reads.js';
import { connectWriter } from '../file/connect.js';
import { HostLock, hostLockFile } from '../file/host-lock.js';
import { lockHolder } from '../file/lock-holder.js';
import { PRIVATE } from '../file/modes.js';
import { StandingFiles } from '../file/standing-files.js';
import type { Connection } from '../sql/connection.js';
import { storeFailure } from '../sql/failure.js';
import type { UserOperations } from '../sql/transaction.js';
import { toWire } from '../thread/wire-error.js';
import { runGroup } from './group.js';
import type { FromWriter, ToWriter, WriterData } from './messages.js';

const writerData: z.ZodType<WriterData> = z.object({
  file: z.string(),
  runId: z.string().nullable(),
  isPatient: z.boolean(),
  known: z.boolean(),
  synchronous: z.enum(['full', 'normal']),
  busyTimeoutMs: z.number(),
  fileMode: z.number().nullable().optional(),
  operations: z
    .object({ runner: z.string(), module: z.string(), system: z.string(), maxPayload: z.number() })
    .nullable(),
});

/** What a runner of operations exports. */
const runnerModule = z.object({
  userOperations: z.custom<(place: OperationsPlace) => Promise<UserOperations>>((value) => typeof value === 'function'),
});

if (parentPort !== null) await serve(parentPort, writerData.parse(workerData));

async function loadOperations(place: WriterData['operations']): Promise<UserOperations | undefined> {
  if (place === null) return undefined;
  const { userOperations } = runnerModule.parse(await import(place.runner));
  return await userOperations(place);
}

/** In the same mode as the store: whoever may write that may ask for it. */
function holdLock({ file, runId, fileMode }: WriterData): HostLock | null {
  return runId === null ? null : HostLock.hold(hostLockFile(file, runId), fileMode ?? PRIVATE);
}

/** Whether the end of a host is in its store, or there was no beginning; false, too, where that cannot be read. */
function hasEnded(db: Connection, runId: string | null): boolean {
  try {
    return runId === null || findHost(db, { runId })?.ended !== null;
  } catch {
    return false;
  }
}

async function serve(port: MessagePort, data: WriterData): Promise<void> {
  const answer = (message: FromWriter): void => port.postMessage(message);
  let db: Connection;
  let files: StandingFiles;
  let lock: HostLock | null;
  let operations: UserOperations | undefined;
  try {
    operations = await loadOperations(data.operations);
    const onHeld = () => answer({ kind: 'held', pid: lockHolder(data.file) });
    db = connectWriter(data.file, { ...data, waits: data.isPatient ? { onHeld } : null }, Date.now());
    files = new StandingFiles(data.file);
    lock = holdLock(data);
  } catch (error) {
    answer({ kind: 'failed', error: toWire(storeFailure(error, data.file)) });
    return;
  }
  port.on('message', (message: ToWriter) => {
    switch (message.kind) {
      case 'group':
        answer({ kind: 'answer', answer: runGroup(db, message.calls, Date.now(), data.file, files, operations) });
        return;
      case 'close':
        lock?.release(hasEnded(db, data.runId));
        db.close();
        port.close();
        return;
      default:
        message satisfies never;
    }
  });
  answer({ kind: 'opened', operations: operations?.names ?? [] });
}
