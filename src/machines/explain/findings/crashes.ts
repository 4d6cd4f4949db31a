import { byteText } from '../../../stream-text.js';
import type { JournalEvent, WorkerCrash } from '../../events.js';
import type { ProcessExit } from '../../process/process.js';
import { errorText, how } from './words.js';

/** What one end of a process says about its reason, by itself. */
export type CrashReason = 'memory' | 'protocol_error' | 'unresponsive' | 'spawn_failure' | 'killed' | 'nonzero_exit';

/** What runtimes say when the memory that they may have is used up. */
const OUT_OF_MEMORY =
  /\bMemoryError\b|heap out of memory|std::bad_alloc|Cannot allocate memory|OutOfMemoryError|virtual memory exhausted|[Oo]ut of memory|memory allocation of \d+ bytes failed|ENOMEM/;

/** Whether a program's last words say that it ran out of memory. */
function saysOutOfMemory(stderr: string): boolean {
  return OUT_OF_MEMORY.test(stderr);
}

/** The reason that the end itself shows. */
export function reasonOf(crash: WorkerCrash): CrashReason {
  switch (crash.cause) {
    case 'spawn_failed':
      return 'spawn_failure';
    case 'boot_timeout':
    case 'timed_out':
    case 'unresponsive':
      return 'unresponsive';
    case 'protocol_error':
      // A call that cannot be cancelled and failed health checks end a worker the same way: it does not answer.
      return crash.error?.code === 'ESP_TIMEOUT' ? 'unresponsive' : 'protocol_error';
    case 'exited':
    case 'stopped':
      return reasonOfExit(crash, crash.stderr, crash.oomKills);
    default:
      return crash.cause satisfies never;
  }
}

/** The same for the end of an execution, of which only the exit is known. */
export function reasonOfExit(exit: ProcessExit | null, stderr: string, oomKills: number): CrashReason {
  if (oomKills > 0 || saysOutOfMemory(stderr)) return 'memory';
  return exit?.signal ? 'killed' : 'nonzero_exit';
}

/** One end, in words that follow "it". */
export function describeCrash(crash: WorkerCrash): string {
  const when = crash.served ? '' : ' before it was ready';
  switch (crash.cause) {
    case 'spawn_failed':
      return `was not started: ${crash.error ? errorText(crash.error) : 'nobody knows why'}`;
    case 'boot_timeout':
      return 'was not ready in time and was ended';
    case 'timed_out':
      return 'ran longer than it may and was ended';
    case 'unresponsive':
      return `was killed${when}: ${crash.error ? errorText(crash.error) : 'it did not answer'}`;
    case 'protocol_error':
      return `was killed${when}: ${crash.error ? errorText(crash.error) : 'it spoke out of protocol'}`;
    case 'exited':
    case 'stopped':
      return `ended ${how(crash)}${when}${memoryOf(crash)}`;
    default:
      return crash.cause satisfies never;
  }
}

function memoryOf({ oomKills, rssBytes }: WorkerCrash): string {
  const seen = rssBytes === null ? '' : `, ${byteText(rssBytes)} resident when last seen`;
  return oomKills > 0
    ? `${seen}; the kernel counted ${oomKills} more out-of-memory kill${oomKills === 1 ? '' : 's'}`
    : seen;
}

/** The end of a worker as it stands in the journal. */
export type CrashEvent = Extract<JournalEvent, { type: 'worker.crashed' }>;
