import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EspalierError } from '../../../errors.js';
import { COOKIE_VARIABLE } from '../../../machines/process/process.js';

/** What goes to `child_process.spawn` for one guarded program. */
export interface GuardedCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A script of ours, in the sources and in the build alike. */
export function scriptPath(name: 'forker.sh' | 'guard.sh' | 'guardian.sh'): string {
  return fileURLToPath(new URL(`./${name}`, import.meta.url));
}

const GUARD = scriptPath('guard.sh');
const SHELL = '/bin/sh';
const ENV = '/usr/bin/env';

/** Variables that any `sh` keeps for itself. */
const EVERY_SHELL = 'IFS OPTIND PPID LINENO';
/** Those that larger shells set, reset or refuse to take from their environment besides. */
const LARGE_SHELLS =
  'ENV OLDPWD BASH_ENV BASHOPTS SHELLOPTS POSIXLY_CORRECT BASH BASHPID BASH_VERSION BASH_VERSINFO UID EUID GROUPS ' +
  'RANDOM SRANDOM SECONDS DIRSTACK FUNCNAME HISTCMD EPOCHSECONDS EPOCHREALTIME';
let shellOwn: ReadonlySet<string> | undefined;
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The guard around a command, so that the program gets exactly `env` and the cookie. Names that a shell would drop or
 * change go through `env`, which costs one more exec and is therefore not used for all.
 */
export function guardCommand(order: {
  label: string;
  command: readonly string[];
  argv0?: string | undefined;
  cwd: string;
  env: Readonly<Record<string, string>>;
  cookie: string;
  port: boolean;
}): GuardedCommand {
  const safe = new Map<string, string>();
  const aside: string[] = [];
  for (const [name, value] of Object.entries(order.env)) {
    if (SHELL_NAME.test(name) && !ownNames().has(name)) safe.set(name, value);
    else aside.push(`${name}=${value}`);
  }
  safe.set(COOKIE_VARIABLE, order.cookie);
  const flags = [...(order.port ? ['-3'] : []), ...pwdFlag(order.env.PWD, order.cwd)];
  const carrier = aside.length === 0 ? [] : [ENV, ...aside];
  if (carrier.length > 0 && order.command[0]?.includes('=')) {
    throw new EspalierError(
      'ESP_SPAWN',
      `program ${JSON.stringify(order.command[0])} has "=" in its path, and the environment a name that only env can ` +
        `pass on (${aside[0]?.split('=')[0]}); rename one of them`,
    );
  }
  const [program = '', ...rest] = order.command;
  const args = [GUARD, order.label, ...flags, ...carrier, wordFor(order.argv0 ?? program, program), ...rest];
  return { file: SHELL, args, env: Object.fromEntries(safe) };
}

/** A shell, and `env`, look a word up by PATH as we did, and hand it on; what they would take for something else they must not see. */
function wordFor(argv0: string, program: string): string {
  return /^-|=/.test(argv0) ? program : argv0;
}

/** The names that the shell of this machine does not pass on as they are. */
function ownNames(): ReadonlySet<string> {
  const isSmall = () => /^(dash|busybox|ash)/.test(basename(realpathSync(SHELL)));
  shellOwn ??= new Set(`${EVERY_SHELL} ${isSmall() ? '' : LARGE_SHELLS}`.split(' '));
  return shellOwn;
}

/** A shell has its own idea of PWD, which is right when it names the working folder. */
function pwdFlag(pwd: string | undefined, cwd: string): readonly string[] {
  if (pwd === undefined) return ['-PWD'];
  return pwd === cwd ? [] : [`-PWD=${pwd}`];
}

/** Whether a command line is a guard's or its watcher's, which share it, or that of a watcher of the zygote. */
export function isGuardLine(words: readonly string[]): boolean {
  return words[0] === 'espalier-watcher' || (words[1]?.endsWith('/transport/process/scripts/guard.sh') ?? false);
}
