import { Asks } from '../actors/desk/asks.js';
import { WorkerDesk } from '../actors/desk/worker-desk.js';
import { Directory } from '../actors/tree/directory.js';
import type { ProcessEnvironment } from '../actors/worker/process-services.js';
import { systemClock } from '../clock.js';
import { Observations } from '../host/observations.js';
import { OwedWrites } from '../host/owed-writes.js';
import { ProcessHost } from '../host/process-host.js';
import { DeathWatch } from '../host/recovery/death-watch.js';
import { Sessions } from '../host/sessions.js';
import type { RunId } from '../ids.js';
import { liveActors } from '../inspection/living/live-actors.js';
import type { NewJournalEvent } from '../machines/events.js';
import type { Store } from '../persistence/index.js';
import { ReadModel } from '../transport/inspector/model/read-model.js';
import type { LiveActors } from '../transport/inspector/seen/actors.js';
import { type JobsOfSystem, makeJobs } from '../work/jobs/make-jobs.js';
import { makeRuns } from '../work/runs/make-runs.js';
import type { Runs } from '../work/runs/runs.js';
import { ScheduleClock } from '../work/schedules/schedule-clock.js';
import { Schedules } from '../work/schedules/schedules.js';
import type { Ending } from './ending.js';
import type { Faults } from './faults.js';
import { Handles } from './handles.js';
import { OWN_ID, type SystemOptions } from './options.js';
import { Reporter } from './reporter.js';
import { SystemTools } from './tools.js';

/** What its user says of the parts. */
type Given = {
  readonly [K in 'tools' | 'onAsk' | 'onReport' | 'stdio' | 'inspector' | 'outputFlushMs']:
    | SystemOptions[K]
    | undefined;
};

/** What a system is made of. */
export interface AssemblyOptions extends Given {
  readonly name: string;
  readonly runId: RunId;
  readonly store: Store;
  readonly ending: Ending;
  readonly faults: Faults;
}

/** The parts of a system. None of them runs before its host is registered. */
export interface Assembly {
  readonly env: ProcessEnvironment;
  readonly processes: ProcessHost;
  readonly observations: Observations;
  readonly owed: OwedWrites;
  readonly live: LiveActors;
  readonly model: ReadModel;
  readonly reporter: Reporter;
  readonly handles: Handles;
  readonly tools: SystemTools;
  readonly asks: Asks;
  readonly sessions: Sessions;
  readonly runs: Runs;
  readonly work: JobsOfSystem;
  readonly deaths: DeathWatch;
  readonly schedules: Schedules;
  readonly scheduleClock: ScheduleClock;
}

type Parts = Pick<Assembly, 'env' | 'owed' | 'processes' | 'handles'>;

/** Makes the parts of a system and ties them together. */
export function assemble(options: AssemblyOptions): Assembly {
  const { name, store, ending, faults, tools = [], onAsk, onReport } = options;
  const clock = systemClock;
  const { background, hear: onFault } = faults;
  const directory = new Directory({ onFault });
  const live = liveActors(directory);
  const model = new ReadModel(live);
  const reporter = new Reporter({ system: name, clock, onReport, onFault: (error) => faults.warn(error) });
  const observations = new Observations(store.snapshots, clock, background);
  const asks = new Asks(clock);
  const desk = new WorkerDesk({ tools, asks, onAsk, onFault });
  const isOver = () => ending.hasBegun;
  const owed = new OwedWrites({ clock, isOver, onFault });
  const journal = (event: NewJournalEvent) => {
    reporter.hear(event);
    background(store.journal.append([event]));
  };
  const processes = makeProcesses(options, { owed, desk, journal });
  const env: ProcessEnvironment = {
    clock,
    random: () => Math.random(),
    directory,
    journal,
    observe: (observation) => {
      if (observation.state === 'fault') onFault(observation.detail);
      observations.observe(observation);
      model.see({ at: clock.now(), ...observation });
    },
    snapshots: store.snapshots,
    processes: () => processes.services(),
    isOver,
  };
  const handles = new Handles({ env, processes, ending });
  const served = jobsOf(options, { env, owed, processes, handles });
  return {
    ...{ env, processes, observations, owed, live, model, reporter, handles, asks, ...served },
    tools: new SystemTools(
      desk,
      () => processes.knownPools(),
      () => ending.requireRunning(),
    ),
    sessions: new Sessions(store.sessions, clock, background),
    runs: runsOf(options, { env, owed, processes, handles }),
    ...schedulesOf(options, served.work),
  };
}

function makeProcesses(
  { runId, store, faults, stdio, inspector }: AssemblyOptions,
  parts: { readonly owed: OwedWrites; readonly desk: WorkerDesk; journal(event: NewJournalEvent): void },
): ProcessHost {
  return new ProcessHost({
    ...{ ...parts, runId, store, stdio },
    clock: systemClock,
    background: faults.background,
    hostEnv: process.env,
    secretKeys: inspector?.redact?.keys ?? [],
    onFault: faults.hear,
  });
}

function runsOf(
  { runId, store, faults, outputFlushMs }: AssemblyOptions,
  { env, owed, processes, handles }: Parts,
): Runs {
  return makeRuns({
    ...{ runId, store, env, owed, outputFlushMs },
    path: `/${OWN_ID}/runs`,
    pools: {
      place: (path) => handles.place(path),
      watch: (path, changed) => processes.watchPool(path, changed),
      whenRetired: (path, retired) => env.directory.whenRetired(path, retired),
    },
    newSpawnId: () => processes.newSpawnId(),
    onFault: faults.hear,
  });
}

function jobsOf(
  { name, runId, store, faults, ending, outputFlushMs }: AssemblyOptions,
  { env, owed, processes, handles }: Parts,
): Pick<Assembly, 'work' | 'deaths'> {
  const deaths = new DeathWatch({ store, self: runId, clock: env.clock, onFault: faults.hear });
  const work = makeJobs({
    ...{ name, runId, store, env, owed, outputFlushMs },
    path: `/${OWN_ID}/lanes`,
    pools: {
      place: (path) => handles.place(path),
      watch: (path, changed) => processes.watchPool(path, changed),
      whenRetired: (path, retired) => env.directory.whenRetired(path, retired),
      watchAll: (changed) => processes.watchPools(changed),
      has: (path) => processes.knownPool(path) !== undefined,
      paths: () => [...processes.pools()].map(({ path }) => path),
      serves: (path) => processes.knownPool(path)?.serves ?? [],
    },
    newSpawnId: () => processes.newSpawnId(),
    requireRunning: () => ending.requireRunning(),
    onServing: () => deaths.start(),
    onFault: faults.hear,
  });
  return { work, deaths };
}

function schedulesOf(
  { runId, store, faults, ending }: AssemblyOptions,
  { context }: JobsOfSystem,
): Pick<Assembly, 'schedules' | 'scheduleClock'> {
  const { schedules, journal } = store;
  return {
    schedules: new Schedules(() => {
      ending.requireRunning();
      return { schedules, context: context() };
    }),
    scheduleClock: new ScheduleClock({ runId, schedules, journal, clock: systemClock, onFault: faults.hear }),
  };
}
