import { readFileSync } from 'node:fs';
import type { DoomedHost } from './doomed-host.js';
import { lives } from './support.js';

/** A way to end a host, or what holds its processes. */
export interface Death {
  readonly name: string;
  /** Whether the host survives it. */
  readonly hostLives?: boolean;
  /** Whether its programs do, too. */
  readonly sparesPrograms?: boolean;
  readonly strike: (host: DoomedHost) => void;
}

const kill = (signal: NodeJS.Signals, ...pids: readonly number[]) => {
  for (const pid of pids) if (lives(pid)) process.kill(pid, signal);
};

/** The name by which `killall` knows a process. */
function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}

/** Every way to die that the clean-up is tried against. */
export const DEATHS: readonly Death[] = [
  { name: 'host SIGKILL', strike: (host) => kill('SIGKILL', host.pid) },
  { name: 'host SIGTERM', strike: (host) => kill('SIGTERM', host.pid) },
  { name: 'host SIGINT', strike: (host) => kill('SIGINT', host.pid) },
  { name: 'host SIGHUP', strike: (host) => kill('SIGHUP', host.pid) },
  { name: 'host SIGSEGV', strike: (host) => kill('SIGSEGV', host.pid) },
  { name: 'uncaught exception', strike: (host) => host.say('throw') },
  { name: 'process.exit', strike: (host) => host.say('exit') },
  { name: 'normal stop', strike: (host) => host.say('stop') },
  { name: 'SIGTERM to all', strike: (host) => kill('SIGTERM', host.pid, host.forker, ...host.guardians()) },
  {
    name: 'guardian',
    hostLives: true,
    sparesPrograms: true,
    strike: (host) => kill('SIGKILL', ...host.guardians()),
  },
  { name: 'forker', hostLives: true, strike: (host) => kill('SIGKILL', host.forker) },
  { name: 'forker SIGSEGV', hostLives: true, strike: (host) => kill('SIGSEGV', host.forker) },
  {
    name: 'forker and guardian',
    hostLives: true,
    strike: (host) => kill('SIGKILL', ...host.guardians(), host.forker),
  },
  { name: 'zygote', hostLives: true, strike: (host) => kill('SIGKILL', host.zygote) },
  { name: 'zygote and host', strike: (host) => kill('SIGKILL', host.zygote, host.pid) },
  { name: 'guardian, then host', strike: (host) => kill('SIGKILL', ...host.guardians(), host.pid) },
  { name: 'host and forker', strike: (host) => kill('SIGKILL', host.pid, host.forker) },
  { name: 'forker and host', strike: (host) => kill('SIGKILL', host.forker, host.pid) },
  {
    name: 'killall node',
    strike: (host) => kill('SIGKILL', ...[host.pid, host.forker].filter((pid) => pid > 0 && nameOf(pid) === 'node')),
  },
];
