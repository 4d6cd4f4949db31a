import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EspalierError } from '../errors.js';
import { fromWorkingFolder } from '../working-folder.js';
import type { OpenStoreOptions } from './contract/options.js';
import { attemptStore } from './families/attempts/store.js';
import { hostStore } from './families/hosts/store.js';
import { jobStore } from './families/jobs/store.js';
import { writeLastWord } from './families/journal/last-word.js';
import { CommitListeners, warnOfListener } from './families/journal/listeners.js';
import { Pulses } from './families/journal/pulse.js';
import { journalStore } from './families/journal/store.js';
import { logStore } from './families/logs/store.js';
import { outputStore } from './families/outputs/store.js';
import { processStore } from './families/processes/store.js';
import { retentionStore } from './families/retention/store.js';
import { runStore } from './families/runs/store.js';
import { scheduleStore } from './families/schedules/store.js';
import { sessionStore } from './families/sessions/store.js';
import { snapshotStore } from './families/snapshots/store.js';
import { userOperationStore } from './families/user-operations/store.js';
import { HeldFiles } from './file/held-files.js';
import { hostLockFile } from './file/host-lock.js';
import { PRIVATE } from './file/modes.js';
import { Reader } from './reader/reader.js';
import { HELD_MS } from './sql/lock.js';
import { MAX_PAYLOAD_BYTES } from './sql/payload.js';
import type { Store } from './store.js';
import { Threads } from './threads.js';
import { readTrouble } from './trouble/note.js';
import { Writer } from './writer/writer.js';

const BUSY_TIMEOUT_MS = 5_000;

/** What the name of the folder of a store in memory begins with, inside the temporary folder. */
export const MEMORY_PREFIX = 'espalier-store-';

/**
 * Opens a store: a SQLite file, or `':memory:'` for a private temporary one that is deleted when it is closed. Writing
 * creates the file, and a folder `.espalier` around it, but no other folder. A failure leaves nothing behind.
 *
 * @throws `ESP_STORE_MISSING` (read), `ESP_STORE_UNUSABLE`, `ESP_STORE_CORRUPT`, `ESP_STORE_FUTURE`, `ESP_STORE_LOCKED`,
 * `ESP_STORE_FULL`; `ESP_INVALID` for options that do not fit
 *
 * @example
 * await using store = await openStore('.espalier/app.db', { mode: 'read' });
 * for await (const event of store.journal.tail()) console.log(event.seq, event.type);
 */
export async function openStore(file: string, options: OpenStoreOptions): Promise<Store> {
  if (file !== ':memory:') return openFile(fromWorkingFolder(file), options);
  if (options.mode === 'read') {
    throw new EspalierError('ESP_INVALID', `':memory:' is a store of its own: there is nothing in it to read`);
  }
  const folder = await mkdtemp(
    join(tmpdir(), `${MEMORY_PREFIX}${options.owner === undefined ? '' : `${options.owner}-`}`),
  );
  const removeNow = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  const remove = async (): Promise<void> => {
    process.off('exit', removeNow);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    // What the umask has taken away.
    await chmod(folder, 0o700);
    return await openFile(join(folder, 'store.db'), options, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

const held = new HeldFiles();

async function openFile(
  file: string,
  options: OpenStoreOptions,
  closed: () => Promise<void> = async () => undefined,
): Promise<Store> {
  const { opened, release } = await held.open(file, (known) => connect(file, options, known));
  return assemble(opened, async () => {
    release();
    await closed();
  });
}

interface Connected {
  readonly threads: Threads;
  readonly listeners: CommitListeners;
}

async function connect(file: string, options: OpenStoreOptions, known: boolean): Promise<Connected> {
  const {
    mode,
    synchronous = 'full',
    busyTimeoutMs = BUSY_TIMEOUT_MS,
    runId = null,
    maxPayload = MAX_PAYLOAD_BYTES,
  } = options;
  if (!Number.isInteger(busyTimeoutMs) || busyTimeoutMs < 0) {
    throw new EspalierError('ESP_INVALID', `busyTimeoutMs is a whole number of milliseconds, not ${busyTimeoutMs}`);
  }
  // A host gives its store the mode each time; whoever only says something in it leaves that to its hosts.
  const fileMode = options.fileMode ?? (runId === null ? null : PRIVATE);
  const listeners = new CommitListeners(warnOfListener);
  const openReader = (): Promise<Reader> =>
    Reader.open({ file, known: known || mode === 'write', busyTimeoutMs }, (head) => pulses.pulse({ head }));
  const pulses = new Pulses((on) => threads.watch(on));
  const writer =
    mode === 'read'
      ? null
      : await Writer.open(
          {
            ...{ file, runId, known, synchronous, busyTimeoutMs, fileMode, operations: options.operations ?? null },
            // What a host has to write waits; a command line says that it cannot.
            isPatient: runId !== null && options.busyTimeoutMs === undefined,
          },
          {
            published: (events) => {
              listeners.publish(events);
              pulses.pulse({ events });
            },
            held: (pid) => warnOfHeld(file, pid),
            freed: (fact) => threads.tellHeld(fact),
          },
        );
  const threads = new Threads({ file, runId, writer, openReader, pulses, maxPayload });
  // Reading opens at once, so that a store that cannot be read is refused here.
  if (writer === null) await threads.reader();
  return { threads, listeners };
}

/** At this moment it can be said nowhere else: the journal is in the store. */
function warnOfHeld(file: string, pid: number | null): void {
  const who = pid === null ? 'another process' : `process ${pid}`;
  const detail = `${who} has held the lock of ${file} for ${HELD_MS / 1000} s: what is to be written waits until it lets go, and nothing is lost. Is it stopped (kill -CONT), or in a long transaction?`;
  process.emitWarning('a store is held by another process', {
    type: 'EspalierWarning',
    code: 'ESP_STORE_LOCKED',
    detail,
  });
}

async function closeAll(threads: Threads, closed: () => Promise<void>): Promise<void> {
  try {
    await threads.close();
  } finally {
    await closed();
  }
}

function assemble({ threads, listeners }: Connected, closed: () => Promise<void>): Store {
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= closeAll(threads, closed);
    return closing;
  };
  return {
    file: threads.file,
    lock: threads.runId === null ? null : hostLockFile(threads.file, threads.runId),
    hosts: hostStore(threads, threads.file),
    journal: journalStore(threads, threads.pulses, listeners),
    processes: processStore(threads),
    snapshots: snapshotStore(threads),
    sessions: sessionStore(threads),
    runs: runStore(threads),
    jobs: jobStore(threads),
    schedules: scheduleStore(threads),
    attempts: attemptStore(threads),
    outputs: outputStore(threads),
    logs: logStore(threads),
    retention: retentionStore(threads, threads.file),
    trouble: { read: () => readTrouble(threads.file), clear: () => threads.clearTrouble() },
    lastWord: (runId, event) => writeLastWord(threads.file, runId, event, Date.now()),
    operations: userOperationStore(threads, threads.operations),
    check: () => threads.read('check', null),
    close,
    [Symbol.asyncDispose]: close,
  };
}
