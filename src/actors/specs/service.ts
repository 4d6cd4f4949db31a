import type { EspalierError } from '../../errors.js';
import { literalTemplate } from '../../machines/command/template.js';
import { DEFAULT_BACKOFF } from '../../machines/time/backoff.js';
import { checkService, type ServiceOptions } from '../service/service-options.js';
import { ServiceSeatDriver } from '../service/service-seat.js';
import type { ChildSpec } from '../tree/child-spec.js';
import type { OtherSpec } from '../tree/tree-types.js';
import { processServices } from '../worker/process-services.js';
import { Program } from '../worker/program.js';
import { workerStarter } from '../worker/starter.js';
import { DEFAULT_GRACE_MS } from '../worker/worker-hands.js';

export type { ServiceOptions } from '../service/service-options.js';

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
export function service<const Id extends string>(options: ServiceOptions & { readonly id: Id }): OtherSpec<Id>;
export function service(options: ServiceOptions): ChildSpec;
export function service(options: ServiceOptions): ChildSpec {
  checkService(options);
  const { id, restart, significant, ready, health, stdio } = options;
  // Its restarts boot a process: one that cannot boot is not to be started as fast as it fails.
  const { readyMs = READY_MS, graceMs = DEFAULT_GRACE_MS, backoff = DEFAULT_BACKOFF } = options;
  const fail = (error: EspalierError) => {
    throw error;
  };
  return workerStarter({
    id,
    policy: { ...(restart && { restart }), ...(significant && { significant }), backoff },
    role: 'service',
    awaitsReady: true,
    services: (env) => processServices(env),
    driver: (services) => {
      const program = new Program(literalTemplate(options.command), options, services);
      return new ServiceSeatDriver({ services, program, graceMs, readyMs, ready, health, stdio });
    },
    // Thrown from within its actor: the service crashes with the reason, and its supervisor decides.
    onClose: fail,
  });
}
