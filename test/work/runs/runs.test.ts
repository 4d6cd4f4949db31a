import { expect, it } from 'vitest';
import { Directory } from '../../../src/actors/tree/directory.js';
import type { Observation, TreeEnvironment } from '../../../src/actors/tree/environment.js';
import { type Refused, supervisorHandle } from '../../../src/actors/tree/supervisor-calls.js';
import { EspalierError } from '../../../src/errors.js';
import { OwedWrites } from '../../../src/host/owed-writes.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import { Dispatcher } from '../../../src/work/dispatch/dispatcher.js';
import { OutputFlusher } from '../../../src/work/dispatch/output-flusher.js';
import { Runs } from '../../../src/work/runs/runs.js';
import { newFile, openHost } from '../../persistence/support/world.js';
import { MemoryBackend } from '../backends/memory-backend.js';

/** The runs of a host whose supervisor of runs refuses whatever it is asked. */
async function refusing(refused: Refused) {
  const store = await openHost(newFile());
  const clock = new SimulatedClock();
  const directory = new Directory();
  const env: TreeEnvironment = {
    clock,
    random: () => 0,
    directory,
    journal: () => undefined,
    observe: (_: Observation) => undefined,
    snapshots: store.snapshots,
  };
  const flusher = new OutputFlusher(store.outputs, clock, () => undefined);
  const owed = new OwedWrites({ clock, isOver: () => false, onFault: () => undefined });
  const newSpawnId = () => 's';
  const place = (path: string) => ({ path, line: () => new MemoryBackend() });
  const runs = new Runs({
    runId: 'host-a',
    env,
    runs: store.runs,
    journal: store.journal,
    dispatcher: new Dispatcher({ runId: 'host-a', attempts: store.attempts, flusher, owed, newSpawnId }),
    owed,
    supervisor: { ...supervisorHandle(env, '/espalier/runs'), startChild: async () => refused },
    place,
    newRun: () => 'run-1',
  });
  return { store, start: () => runs.start({ slots: ['a'], pool: '/p' }) };
}

const cause = new EspalierError('ESP_STORE_UNUSABLE', 'the plan cannot be read');

it.each([
  {
    refused: { ok: false, error: 'already_started' },
    code: 'ESP_CONFLICT',
    says: /driven here already/,
    is: 'running',
  },
  { refused: { ok: false, error: 'stopping' }, code: 'ESP_STOPPED', says: /the system stops/, is: 'interrupted' },
  {
    refused: { ok: false, error: 'start_failed', cause },
    code: 'ESP_START',
    says: /cannot be driven: the plan cannot be read/,
    is: 'interrupted',
  },
  { refused: { ok: false, error: 'max_children' }, code: 'ESP_START', says: /max_children/, is: 'interrupted' },
] as const)('a run that the supervisor refuses as $refused.error is said to be so, and is $is on disk', async (of) => {
  const { store, start } = await refusing(of.refused);
  const error: unknown = await start().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: of.code, message: expect.stringMatching(of.says) });
  expect((await store.runs.get('run-1'))?.status).toBe(of.is);
});
