import type { RunId } from '../../../ids.js';
import { cookie, type HostLockState, type ProcessIdentity } from '../../../machines/process/process.js';
import type { SweepTarget } from '../contract/launcher.js';
import type { SweepReport } from '../contract/spawner.js';
import { endHelpers } from '../helpers/helpers.js';
import { removeHostDirectory } from '../host-files/directory.js';
import { isSameMachine, readIdentity, thisMachine, verify } from '../proc/identity.js';
import { look, UNSEEN } from '../proc/look.js';
import { Sweeper } from '../sweep/sweeper.js';
import { endForker } from './forker.js';
import { type HostTrace, judgeHost } from './judge.js';
import type { JanitorReport, RegistrationOutcome, RegistrationTrace } from './report.js';

/** How long the forker of a dead host is waited for, in milliseconds. */
const FORKER_GRACE_MS = 1_000;

/** What the janitor works on. */
export interface JanitorOptions<Host extends HostTrace = HostTrace> {
  /** Hosts that have not ended. */
  readonly hosts: readonly Host[];
  /** Registrations that are not gone; those of living hosts are passed over. */
  readonly registrations: readonly RegistrationTrace[];
  /** The run id of the host that asks, or '' if it is none. */
  readonly self: RunId;
  /** Asked of hosts of another boot or pid namespace. */
  readonly lookAtLock: (file: string) => HostLockState;
  /** Asked of those that hold no lock. */
  readonly isLeaseExpired: (host: Host) => boolean;
  /** Looks and reports, and touches nothing. */
  readonly dryRun?: boolean;
  readonly forkerGraceMs?: number;
}

/**
 * Ends what dead hosts left: waits for their forkers, kills those that stay, then whatever carries their cookies, each
 * proven at the moment of its signal, and removes their folders. Living hosts are never touched. Takes as long as the
 * slowest forker (1 s each) and some passes over `/proc`; dead hosts are handled together.
 */
export async function cleanUpDeadHosts<Host extends HostTrace>(options: JanitorOptions<Host>): Promise<JanitorReport> {
  const verdicts = judgeHosts(options);
  const cleaned = await Promise.all(
    verdicts.map(async ({ host, verdict }) => {
      if (!verdict.dead) return { runId: host.runId, verdict, killed: [], clean: true, registrations: [] };
      return { verdict, ...(await cleanUpHost(host, options)) };
    }),
  );
  return {
    hosts: cleaned.map(({ runId, verdict, killed, clean }) => ({ runId, verdict, killed, clean })),
    registrations: cleaned.flatMap((host) => host.registrations),
  };
}

/** Which of the hosts are dead, and by what proof. Touches nothing. */
function judgeHosts<Host extends HostTrace>(
  options: Pick<JanitorOptions<Host>, 'hosts' | 'self' | 'lookAtLock' | 'isLeaseExpired'>,
) {
  const { self, lookAtLock } = options;
  const here = { self, lookAtLock, machine: thisMachine(), find: (pid: number) => look(() => readIdentity(pid)) };
  return options.hosts.map((host) => ({
    host,
    verdict: judgeHost(host, { ...here, isLeaseExpired: () => options.isLeaseExpired(host) }),
  }));
}

async function cleanUpHost(
  host: HostTrace,
  options: Pick<JanitorOptions, 'registrations' | 'dryRun' | 'forkerGraceMs'>,
) {
  const { registrations, dryRun = false, forkerGraceMs } = options;
  const own = registrations.filter((registration) => registration.runId === host.runId);
  const graceMs = forkerGraceMs ?? FORKER_GRACE_MS;
  const forkerGone = (await endForker(host, graceMs, dryRun)) && (await endHelpers(host.runId, graceMs, dryRun));
  const sweeper = new Sweeper({ isLivingGroup: () => false, dryRun });
  const local = isSameMachine(host.identity, thisMachine());
  const floor = local ? host.identity.startTicks : 0;
  // All of them share the passes.
  const [whole, ...each] = await Promise.all([
    sweeper.sweep({ cookies: [`${host.runId}.`], startTicks: floor, sessions: [] }),
    ...own.map((registration) => sweeper.sweep(targetOf(registration, host, floor, local))),
  ]);
  const isSwept = whole.clean && forkerGone;
  // A suspect may be anybody, and needs no folder; nobody comes back for it.
  if (isSwept && !dryRun && host.directory !== null) await removeHostDirectory(host.directory);
  const outcomes = own.map((registration, i) => ({
    runId: host.runId,
    spawnId: registration.spawnId,
    outcome: outcomeOf(registration, host, each[i] ?? whole, local),
  }));
  const clean = isSwept && outcomes.every(({ outcome }) => outcome.kind !== 'suspect');
  return { runId: host.runId, killed: whole.killed, clean, registrations: outcomes };
}

function targetOf(registration: RegistrationTrace, host: HostTrace, floor: number, local: boolean): SweepTarget {
  const { identity } = registration;
  // Nobody held its session's number any more, so what is in it can only be suspect.
  const sessions = identity !== null && local ? [{ ...identity, pinnedUntil: 0 }] : [];
  return { cookies: cookiesOf(registration, host), startTicks: floor, sessions };
}

function outcomeOf(
  registration: RegistrationTrace,
  host: HostTrace,
  report: SweepReport,
  local: boolean,
): RegistrationOutcome {
  const { killed, suspects } = report;
  const [suspect] = suspects;
  if (suspect !== undefined) return { kind: 'suspect', ...suspect, killed };
  const { identity } = registration;
  const verdict = identity === null || !local ? 'gone' : verify(identity, cookiesOf(registration, host)[0] ?? '');
  switch (verdict) {
    case 'reused':
      return identity === null
        ? { kind: 'gone' }
        : { kind: 'pid_reused', expected: identity, found: foundAt(identity.pid), killed };
    case 'unproven':
      return {
        kind: 'suspect',
        pid: identity?.pid ?? 0,
        reason: 'the pid and the start fit, but its cookie cannot be read',
        killed,
      };
    case 'ours':
    case 'gone':
      return killed.length > 0 ? { kind: 'swept', killed } : { kind: 'gone' };
    default:
      return verdict satisfies never;
  }
}

function foundAt(pid: number): ProcessIdentity | null {
  const found = look(() => readIdentity(pid));
  return found === UNSEEN ? null : found;
}

/** The entry of a registration; of one that was only intended, every one that it can have got. */
function cookiesOf({ runId, spawnId, generation }: RegistrationTrace, host: HostTrace): readonly string[] {
  if (generation !== null) return [cookie(runId, generation, spawnId)];
  const generations = Array.from({ length: (host.forker?.generation ?? 0) + 1 }, (_, i) => i + 1);
  return generations.map((one) => cookie(runId, one, spawnId));
}
