import { Timer } from '../../clock.js';
import { EspalierError, isEspalierError } from '../../errors.js';
import type { ActorExit, JournalEvent, System } from '../../index.js';
import { checkOptions, fields, milliseconds, whole } from '../../options.js';

export interface WaitOptions {
  /** Milliseconds until the wait fails; 10 000 by default. */
  readonly timeout?: number;
}

const waitRule = fields<WaitOptions>({ timeout: milliseconds(0) });
const afterRule = fields<WaitOptions & { readonly after?: number }>({ timeout: milliseconds(0), after: whole(0) });

/** How often a condition that nobody announces is looked at, in milliseconds. */
const LOOK_MS = 1;

const DEFAULT_TIMEOUT = 10_000;

/**
 * Waits until `condition` holds, looking again and again. Resolves with the milliseconds it took.
 *
 * @throws EspalierError `ESP_TEST` saying `what` was waited for
 */
export async function until(what: string, condition: () => boolean, timeout = DEFAULT_TIMEOUT): Promise<number> {
  checkOptions('until', { timeout }, waitRule);
  const began = performance.now();
  while (!condition()) {
    if (performance.now() - began > timeout) throw new EspalierError('ESP_TEST', `not within ${timeout} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return performance.now() - began;
}

/** One that has started: of which incarnation. */
export interface ReadyActor {
  readonly path: string;
  readonly incarnation: number;
}

/**
 * Waits until an actor has started; a pool until its workers are ready.
 *
 * @param options `after`: only an incarnation higher than this one counts, as after a crash
 * @throws EspalierError `ESP_TEST` with the tree as it is, if it takes too long
 * @example
 * const { incarnation } = await untilReady(system, '/orders');
 * await system.actor('/orders').kill();
 * await untilReady(system, '/orders', { after: incarnation });
 */
export async function untilReady(
  system: System,
  path: string,
  options: WaitOptions & { readonly after?: number } = {},
): Promise<ReadyActor> {
  checkOptions('untilReady', options, afterRule);
  const { timeout = DEFAULT_TIMEOUT, after = 0 } = options;
  try {
    await until(path, () => isStarted(system, path, after), timeout);
    await within(timeout, poolOf(system, path));
  } catch (error) {
    if (!isEspalierError(error) || error.code !== 'ESP_TEST') throw error;
    const lines = system.tree().map((one) => `  ${one.path} #${one.incarnation} ${JSON.stringify(one.state)}`);
    throw new EspalierError('ESP_TEST', `${path} is not ready within ${timeout} ms; there are\n${lines.join('\n')}`);
  }
  return system.whereis(path) ?? { path, incarnation: after };
}

function isStarted(system: System, path: string, after: number): boolean {
  const found = system.whereis(path);
  if (!found || found.incarnation <= after) return false;
  const snapshot = system.actor(path).getSnapshot();
  return !('tags' in snapshot && snapshot.tags instanceof Set && snapshot.tags.has('espalier.starting'));
}

function poolOf(system: System, path: string): Promise<void> {
  try {
    return system.pool(path).ready();
  } catch (error) {
    if (isEspalierError(error) && error.code === 'ESP_NOT_FOUND') return Promise.resolve();
    if (isEspalierError(error) && error.context.mode === 'exec') return system.execPool(path).ready();
    throw error;
  }
}

/** How an actor ended, and which of its incarnations. */
export interface DownActor {
  readonly path: string;
  readonly incarnation: number | null;
  readonly exit: ActorExit | { readonly kind: 'noproc' };
}

/**
 * Waits for the end of the actor that lives at a path now; at once, with `noproc`, if none does.
 *
 * @throws EspalierError `ESP_TEST` if it takes too long
 * @example
 * const down = untilDown(system, '/orders');
 * system.actor('/orders').send({ type: 'crash' });
 * (await down).exit; // { kind: 'crash', error: … }
 */
export async function untilDown(system: System, path: string, options: WaitOptions = {}): Promise<DownActor> {
  checkOptions('untilDown', options, waitRule);
  const { timeout = DEFAULT_TIMEOUT } = options;
  let watch: Disposable | undefined;
  const down = new Promise<DownActor>((resolve) => {
    watch = system.monitor(path, resolve);
  });
  try {
    return await within(timeout, down, `the end of ${path}`);
  } finally {
    watch?.[Symbol.dispose]();
  }
}

/**
 * Waits for an event of the journal, from its beginning or from a cursor on.
 *
 * @throws EspalierError `ESP_TEST` if it takes too long, or if the system stops before
 * @example
 * await untilEvent(system, ({ type, path }) => type === 'worker.failed' && path === '/embed/workers/1');
 */
export async function untilEvent(
  system: System,
  fits: (event: JournalEvent) => boolean,
  options: WaitOptions & { readonly after?: number } = {},
): Promise<JournalEvent> {
  checkOptions('untilEvent', options, afterRule);
  const { timeout = DEFAULT_TIMEOUT, after = 0 } = options;
  const over = new AbortController();
  try {
    return await within(timeout, firstOf(system, fits, after, over.signal), 'an event that fits');
  } finally {
    over.abort();
  }
}

async function firstOf(
  system: System,
  fits: (event: JournalEvent) => boolean,
  after: number,
  signal: AbortSignal,
): Promise<JournalEvent> {
  for await (const event of system.events.subscribe({ after, signal })) if (fits(event)) return event;
  throw new EspalierError('ESP_TEST', 'the journal ended before an event that fits');
}

async function within<T>(ms: number, awaited: Promise<T>, what = 'it'): Promise<T> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = new Timer(() => reject(new EspalierError('ESP_TEST', `not within ${ms} ms: ${what}`)), ms);
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    timer?.clear();
  }
}
