/** What `/proc/PID/stat` says of a process, as far as identity needs it. */
export interface ProcessStat {
  readonly pid: number;
  /** `R`, `S`, `D`, `T`, …; `Z` and `X` are dead. Of the first thread alone. */
  readonly state: string;
  readonly threads: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Whether the kernel itself runs it. */
  readonly kernel: boolean;
  /** Clock ticks since boot, 10 ms each. */
  readonly startTicks: number;
}

/** PF_KTHREAD in the kernel's flags. */
const KERNEL_THREAD = 0x0020_0000;

/**
 * Parses the text of `/proc/PID/stat`; null when it does not have that form. The command name stands in parentheses and
 * may itself hold parentheses, spaces and line ends, so fields are counted from the last parenthesis.
 */
export function parseStat(text: string): ProcessStat | null {
  const open = text.indexOf(' (');
  const close = text.lastIndexOf(') ');
  if (open < 1 || close < open) return null;
  const fields = text.slice(close + 2).split(' ', 20);
  const [state, parent, group, session] = fields;
  const stat = {
    pid: Number(text.slice(0, open)),
    state: state ?? '',
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    threads: Number(fields[17]),
    kernel: (Number(fields[6]) & KERNEL_THREAD) !== 0,
    startTicks: Number(fields[19]),
  };
  return Number.isSafeInteger(stat.pid) && Number.isSafeInteger(stat.startTicks) ? stat : null;
}

/** The field `env_end` in the text of `/proc/PID/stat`: where the environment ends; 0 while there is none. */
export function parseEnvironmentEnd(text: string): number {
  return Number(text.slice(text.lastIndexOf(') ') + 2).split(' ', 49)[48]);
}

/**
 * Whether a process of this state still runs or can run again. A zombie is dead: only its exit code is kept. One of which
 * the first thread has ended looks like a zombie for as long as others go on.
 */
export function isAlive(stat: ProcessStat): boolean {
  if (stat.threads > 1) return true;
  return stat.state !== 'Z' && stat.state !== 'X' && stat.state !== 'x';
}

/**
 * The clock ticks since boot in the text of `/proc/uptime`, which has seconds with two decimals. Digits are taken as they
 * stand: multiplied as a fraction, one in fifteen comes out a tick too small.
 */
export function parseUptime(text: string): number {
  const [seconds = '', decimals = ''] = text.split(' ', 1)[0]?.split('.') ?? [];
  return Number(seconds) * 100 + Number(decimals);
}
