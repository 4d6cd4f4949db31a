import { fields, kind, milliseconds, type Rule, required, text, whole } from '../../options.js';
import { checkChild, policyRules } from '../tree/child-rules.js';
import type { ChildOptions } from '../tree/child-spec.js';
import type { ProgramOptions } from '../worker/program.js';
import { programRules } from '../worker/program-rules.js';
import { type Stdio, stdioRule } from '../worker/stdio.js';
import type { Readiness } from './service-probe.js';
import type { HealthCheck } from './service-seat.js';

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
  /** What becomes of what it prints; what the system says by default, or `inherit`. */
  readonly stdio?: Stdio;
}

const port = whole(1, 65_535);

const ready: Rule = (value, place) => {
  if (value === undefined) return undefined;
  const isObject = typeof value === 'object' && value !== null;
  if (isObject && 'port' in value) return fields({ port, host: text })(value, place);
  if (isObject && 'log' in value) return fields({ log: kind('text or an expression', isPattern) })(value, place);
  if (isObject && 'notify' in value) return fields({ notify: kind('true', (given) => given === true) })(value, place);
  return `${place} is none of { port }, { log } with text or an expression, { notify: true }`;
};

const rule = fields<ServiceOptions>({
  ...programRules,
  id: policyRules.id,
  restart: policyRules.restart,
  significant: policyRules.significant,
  backoff: policyRules.backoff,
  ready,
  readyMs: milliseconds(1),
  health: fields<HealthCheck>({
    check: required((value, place) => (typeof value === 'function' ? undefined : port(value, place))),
    everyMs: milliseconds(1),
    timeoutMs: milliseconds(1),
    failures: whole(1),
  }),
  graceMs: milliseconds(0),
  stdio: stdioRule,
});

/** @throws EspalierError `ESP_INVALID` naming the option that does not fit */
export function checkService(options: ServiceOptions): void {
  checkChild('service', options, rule);
}

function isPattern(value: unknown): boolean {
  return typeof value === 'string' || value instanceof RegExp;
}
