import type { EspalierError } from '../../errors.js';
import type { MethodDescription } from '../../transport/protocol/messages.js';
import { ControlledPool } from './controlled-pool.js';
import type { AnyPool, ExecPool, Pool } from './pool-handle.js';

/** So many pools that never served are remembered; the oldest is forgotten first. */
const REMEMBERED = 100;

/** What is left of a pool that ended because no worker of it ever became ready: whatever it is asked, it says why. */
export function failedPool(path: string, mode: AnyPool['mode'], error: EspalierError): AnyPool {
  return mode === 'exec' ? new FailedExecPool(path, error) : new FailedProtocolPool(path, error);
}

/** Remembers a pool that has failed, for those who ask for it afterwards. */
export function remember(failed: Map<string, AnyPool>, pool: AnyPool): void {
  failed.delete(pool.path);
  failed.set(pool.path, pool);
  for (const oldest of failed.keys()) if (failed.size > REMEMBERED) failed.delete(oldest);
}

class FailedProtocolPool extends ControlledPool implements Pool {
  readonly mode = 'protocol';

  constructor(
    path: string,
    readonly error: EspalierError,
  ) {
    super(refusing(path, error));
  }

  call(): Promise<never> {
    return Promise.reject(this.error);
  }

  // biome-ignore lint/correctness/useYield: it fails before there is anything to yield
  async *stream(): AsyncGenerator<never, void> {
    throw this.error;
  }

  methods(): readonly MethodDescription[] {
    return [];
  }

  observe(): Disposable {
    throw this.error;
  }
}

class FailedExecPool extends ControlledPool implements ExecPool {
  readonly mode = 'exec';

  constructor(
    path: string,
    readonly error: EspalierError,
  ) {
    super(refusing(path, error));
  }

  exec(): Promise<never> {
    return Promise.reject(this.error);
  }
}

function refusing(path: string, error: EspalierError): ConstructorParameters<typeof ControlledPool>[0] {
  const rejects = () => Promise.reject(error);
  const throws = () => {
    throw error;
  };
  return {
    path,
    control: { ready: rejects, resize: rejects, drain: rejects, resume: throws, recycle: rejects, load: throws },
  };
}
