import { setImmediate as turn } from 'node:timers/promises';
import { toErrorRecord } from '../../errors.js';
import type { Capture } from '../../transport/process/capture.js';
import type { SpawnedProcess, SweepReport } from '../../transport/process/contract/spawner.js';
import type { ProcessServices } from './process-services.js';
import type { ProofOfEnd, SeatProcess } from './seat-driver.js';

/** How long streams that something outside the group holds open are waited for after the sweep, in milliseconds. */
const HELD_OPEN_MS = 250;
/** Turns of the event loop in which what has come is read, and a stream that has ended closes. */
const LAST_TURNS = 4;

type ProofServices = Pick<ProcessServices, 'clock' | 'journal'>;

/**
 * Proves one incarnation gone: its group, killed from inside and seen to end; after a forced end its cookie too; then its
 * streams, which end unless a process that left the group holds them open. What may be its and cannot be proven so is not
 * gone.
 */
export async function proveGone(
  services: ProofServices,
  seatProcess: SeatProcess,
  streams: Capture | null,
  thorough: boolean,
): Promise<ProofOfEnd> {
  const process = await seatProcess.spawned;
  if (!process) return { clean: true, heldOpen: false };
  const stays = await process.killGroup().then(() => null, messageOf);
  // What does not end with its group is looked at by itself: that says who it is, and ends what of it can be ended.
  const report = thorough || stays !== null ? await process.sweep() : null;
  const { spawnId } = process;
  if (report?.killed.length) services.journal({ type: 'process.swept', data: { spawnId, killed: report.killed } });
  const heldOpen = streams ? await isHeldOpen(services, streams) : false;
  if (heldOpen) release(process);
  const left = report && describe(report);
  if (stays === null && left === null) return { clean: true, heldOpen };
  return { clean: false, reason: [stays, left].filter((why) => why !== null).join('; '), heldOpen };
}

const messageOf = (error: unknown): string => toErrorRecord(error).message;

/** What the sweep could not prove gone, in words; null when there is nothing. */
function describe(report: SweepReport): string | null {
  if (report.clean && report.suspects.length === 0) return null;
  const pids = report.suspects.map(({ pid, reason }) => `${pid} (${reason})`).join(', ');
  return pids ? `may still run: ${pids}` : 'processes with its cookie kept coming back';
}

async function isHeldOpen({ clock }: ProofServices, streams: Capture): Promise<boolean> {
  let timer: unknown;
  const late = new Promise<true>((resolve) => {
    timer = clock.setTimeout(() => resolve(true), HELD_OPEN_MS);
  });
  const ended = streams.ended.then(() => false);
  const isLate = await Promise.race([ended, late]);
  clock.clearTimeout(timer);
  // A host that was held up for so long finds this timer due before it has looked at its streams.
  return isLate && Promise.race([ended, lastTurns()]);
}

async function lastTurns(): Promise<true> {
  for (let turns = 0; turns < LAST_TURNS; turns += 1) await turn();
  return true;
}

/** Nobody reads a stream after its job's end; an open one would keep a descriptor for as long as its holder lives. */
function release(process: SpawnedProcess): void {
  process.stdout.destroy();
  process.stderr.destroy();
}
