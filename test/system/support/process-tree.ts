import { Asks } from '../../../src/actors/desk/asks.js';
import { WorkerDesk } from '../../../src/actors/desk/worker-desk.js';
import type { ProcessEnvironment } from '../../../src/actors/worker/process-services.js';
import { systemClock } from '../../../src/clock.js';
import { OwedWrites } from '../../../src/host/owed-writes.js';
import type * as processHost from '../../../src/host/process-host.js';
import type { Store } from '../../../src/persistence/store.js';
import { readCommandLine } from '../../../src/transport/process/proc/proc.js';
import { TestTree } from '../../actors/tree/supervisor-tree.js';
import { IDENTITY, newFile, open } from '../../persistence/support/world.js';
import { carriers } from '../../transport/process/doomed-host.js';
import { newRunId } from '../../transport/process/support.js';

const built = new URL('../../../dist/host/process-host.js', import.meta.url).href;
const { ProcessHost }: typeof processHost = await import(built);

/** A host with a real store and real processes, for one tree after the other. */
export class ProcessWorld {
  private constructor(
    readonly runId: string,
    readonly store: Store,
    readonly host: processHost.ProcessHost,
  ) {}

  static async make(): Promise<ProcessWorld> {
    const runId = newRunId();
    const store = await open(newFile(), { runId, synchronous: 'normal' });
    await store.hosts.register({ runId, name: 'test', identity: IDENTITY, node: process.version, version: '0.0.0' });
    const host = new ProcessHost({
      runId,
      store,
      clock: systemClock,
      hostEnv: process.env,
      secretKeys: [],
      owed: new OwedWrites({ clock: systemClock, isOver: () => false, onFault: () => undefined }),
      desk: new WorkerDesk({ tools: [], asks: new Asks(systemClock), onAsk: undefined, onFault: () => undefined }),
      journal: () => undefined,
      background: (write) => void write.catch(() => undefined),
      onFault: () => undefined,
    });
    return new ProcessWorld(runId, store, host);
  }

  /** The pids of living programs of that name which carry the cookie of this host. */
  programs(name: string): readonly number[] {
    return carriers(this.runId).filter((pid) => readCommandLine(pid)[0]?.split('/').at(-1) === name);
  }
}

/** A tree whose actors live by a simulated clock, while their processes and their store are real. */
export class ProcessTree extends TestTree {
  constructor(readonly world: ProcessWorld) {
    super();
  }

  /** What its actors are started with. */
  get environment(): ProcessEnvironment {
    const { store, host } = this.world;
    return { ...this.env, snapshots: store.snapshots, processes: () => host.services() };
  }
}
