import { type Problem, programProblems, refuse, whole } from './option-problems.js';
import type { ProgramOptions } from './program.js';
import type { Readiness } from './service-probe.js';
import type { HealthCheck } from './service-slot.js';
import type { ChildOptions } from './spec.js';
import { MAX_TIMER_MS } from './time-limit.js';

export interface ServiceOptions
  extends Pick<ChildOptions, 'id' | 'restart' | 'significant' | 'backoff'>,
    ProgramOptions {
  /** How it shows that it can be used; without it, it is ready as soon as it runs. */
  readonly ready?: Readiness;
  /** How long that may take, in milliseconds (30 000). */
  readonly readyMs?: number;
  readonly health?: HealthCheck;
  /** How long it may take to end after SIGTERM, in milliseconds (5000). */
  readonly graceMs?: number;
}

/** @throws EspalierError `ESP_INVALID` naming the option that does not fit */
export function checkService(options: ServiceOptions): void {
  const { ready, health } = options;
  refuse(`service '${options.id}'`, [
    ...programProblems(options),
    ready && readyProblem(ready),
    whole('readyMs', options.readyMs, 1, MAX_TIMER_MS),
    whole('graceMs', options.graceMs, 0, MAX_TIMER_MS),
    health && typeof health.check !== 'function' ? portProblem('health.check', health.check) : undefined,
    whole('health.everyMs', health?.everyMs, 1, MAX_TIMER_MS),
    whole('health.timeoutMs', health?.timeoutMs, 1, MAX_TIMER_MS),
    whole('health.failures', health?.failures, 1, Number.MAX_SAFE_INTEGER),
  ]);
}

function readyProblem(ready: Readiness): Problem {
  if ('port' in ready) return portProblem('ready.port', ready.port);
  const isKnown = 'log' in ready ? typeof ready.log === 'string' || ready.log instanceof RegExp : ready.notify === true;
  return isKnown ? undefined : 'ready is none of { port }, { log } with text or an expression, { notify: true }';
}

function portProblem(name: string, port: number): Problem {
  return whole(name, port ?? Number.NaN, 1, 65_535);
}
