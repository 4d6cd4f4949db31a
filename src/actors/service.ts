import type { EspalierError } from '../errors.js';
import { ExecProgram, type ExecProgramOptions } from './exec-program.js';
import { processServices } from './process-services.js';
import type { Readiness } from './service-probe.js';
import { type HealthCheck, ServiceSlotKind } from './service-slot.js';
import type { ChildOptions, ChildSpec } from './spec.js';
import { workerStarter } from './starter.js';
import { DEFAULT_GRACE_MS } from './worker-hands.js';

export interface ServiceOptions
  extends Pick<ChildOptions, 'id' | 'restart' | 'significant' | 'backoff'>,
    ExecProgramOptions {
  /** How it shows that it can be used; without it, it is ready as soon as it runs. */
  readonly ready?: Readiness;
  /** How long that may take, in milliseconds (30 000). */
  readonly readyMs?: number;
  readonly health?: HealthCheck;
  /** How long it may take to end after SIGTERM, in milliseconds (5000). */
  readonly graceMs?: number;
}

const READY_MS = 30_000;

/**
 * A supervised bare program, as a child of a supervisor. The child has started when the program is ready; a first boot
 * that fails is a failed start. Later ends are followed by a replacement, at once after a second of readiness, otherwise
 * after a backoff.
 *
 * @throws EspalierError `ESP_INVALID` for options that do not fit
 * @example
 * import { service } from 'espalier';
 * service({ id: 'redis', command: ['redis-server', '--port', '7000'], ready: { port: 7000 } });
 */
export function service(options: ServiceOptions): ChildSpec {
  const { id, restart, significant, backoff, ready, health } = options;
  const { readyMs = READY_MS, graceMs = DEFAULT_GRACE_MS } = options;
  const fail = (error: EspalierError) => {
    throw error;
  };
  const starter = workerStarter({
    id,
    role: 'service',
    awaitsReady: true,
    services: (env) => processServices(env),
    kind: (services) => {
      const program = new ExecProgram(options, services);
      return new ServiceSlotKind({ services, program, graceMs, readyMs, ready, health });
    },
    // Thrown from within its actor: the service crashes with the reason, and its supervisor decides.
    onClose: fail,
  });
  return {
    ...starter,
    ...(restart && { restart }),
    ...(significant && { significant }),
    ...(backoff && { backoff }),
  };
}
