/** Numbers as they are read at a glance. Pure; times are milliseconds. */

/** @example bytes(1_572_864) === '1.5 MB' */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = count / 1024;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** @example duration(83_000) === '1 min 23 s' */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

/** How long ago, to the second: what changes slower than it is read. */
export function ago(at: number, now: number): string {
  const ms = now - at;
  return ms < 1000 ? 'now' : `${duration(Math.max(1000, Math.floor(ms / 1000) * 1000)).replace('.0 s', ' s')} ago`;
}

/** How long it is until an instant; one that has come is being decided. */
export function nextText(at: number, from: number): string {
  return at <= from ? 'now' : `in ${duration(Math.ceil((at - from) / 1000) * 1000)}`;
}

/** A share of one core: `7 %`, `0.4 %`, `212 %`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** The time of day, to the millisecond. */
export function timeOfDay(at: number): string {
  return `${clock.format(at)}.${String(at % 1000).padStart(3, '0')}`;
}

/** @example plural(1, 'restart') === '1 restart' */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** The end of an operating-system process, in words. */
export function exitText({ code, signal }: { readonly code: number | null; readonly signal: string | null }): string {
  if (signal !== null) return signal;
  return code === null ? 'unseen' : `code ${code}`;
}

/** The last part of a path; the root has none. */
export function nameOf(path: string): string {
  return path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1);
}

/** How many steps a path is below the root. */
export function depthOf(path: string): number {
  return path === '/' ? 0 : path.split('/').length - 1;
}
