export type { ActorHandle, UntypedLogic } from './actors/actor-handle.js';
export type { AffinityPolicy } from './actors/affinity.js';
export type { Ask, AskHandler, Asks } from './actors/asks.js';
export type { CallOptions, RetryPolicy } from './actors/call-options.js';
export type { MailboxOptions, MailboxState } from './actors/cell-mailbox.js';
export type { ChildOptions, ChildSpec, StartContext } from './actors/child-spec.js';
export type { DeadLetter, DeadLetterReason, Down } from './actors/directory.js';
export type { ExecBytesOptions, ExecOptions, ExecResult } from './actors/exec-options.js';
export { type HostTool, type ToolContext, tool } from './actors/host-tool.js';
export type { Contract, MethodContract, UntypedMethods } from './actors/method-types.js';
export { type CallPoolOptions, type ExecPoolOptions, type PoolOptions, pool } from './actors/pool.js';
export type { ExecPool, Pool, PoolHandle, PoolLoad } from './actors/pool-handle.js';
export type { ReportListener } from './actors/reporter.js';
export { type CommittedOptions, isMoving, Run } from './actors/run.js';
export type { ContinueRunOptions, Runs, StartRunOptions } from './actors/runs.js';
export type { Migrate } from './actors/saved-machine.js';
export { type ServiceOptions, service } from './actors/service.js';
export type { Readiness } from './actors/service-probe.js';
export type { HealthCheck } from './actors/service-slot.js';
export type { Session, Sessions } from './actors/sessions.js';
export { type MachineOptions, machine, spec } from './actors/spec.js';
export type { LineListener, LineSource, Stdio } from './actors/stdio.js';
export {
  type DynamicSupervisorOptions,
  dynamicSupervisor,
  type SupervisorOptions,
  supervisor,
} from './actors/supervisor.js';

export type { Refused, Started, SupervisorHandle } from './actors/supervisor-calls.js';
export type { ListedTool, SystemTools, ToolCall, ToolCallOptions } from './actors/system-tools.js';
export type {
  DynamicSupervisorSpec,
  ExecPoolSpec,
  MachineSpec,
  OtherSpec,
  Place,
  PoolSpec,
  SupervisorSpec,
} from './actors/tree-types.js';
export type { WorkerListener, WorkerMessageFrom } from './actors/worker-desk.js';
export { createSystem } from './create-system.js';
export { type DefinedTree, defineTree } from './define-tree.js';
export { type ErrorCode, type ErrorRecord, EspalierError, isEspalierError, Shutdown } from './errors.js';
export { readRedactor, type StoreRedactor } from './inspection/ask/secrets.js';
export { createInspector } from './inspection/create.js';
export type { Inspector, InspectorOptions, InspectorServer, InspectorServerOptions } from './inspection/inspector.js';
export { type ExplainOptions, type ExplainSource, explain } from './inspection/shown/explain.js';
export type { StandingProcess } from './inspection/shown/standing.js';
export {
  inspectStore,
  readProcesses,
  readRun,
  readRuns,
  readTree,
  type StoredActor,
  type StoredTree,
  type StoreInspector,
} from './inspection/stored/of-store.js';
export { shellWords } from './machines/command/shell-script.js';
export { splitWords } from './machines/command/split-words.js';
export { compileTemplate, type Template } from './machines/command/template.js';
export type { JournalEvent, JournalEventType } from './machines/events.js';
export type { CrashRecord } from './machines/exits/crash-record.js';
export type { ActorExit } from './machines/exits/exit.js';
export { type HostCrash, tellHostCrash } from './machines/exits/host-crash.js';
export type { Cause, Evidence, Explanation, Finding } from './machines/explain/findings/explanation.js';
export type { Target } from './machines/explain/findings/facts.js';
export type { BreakerPolicy } from './machines/pool/queue/breaker.js';
export type { Registration } from './machines/process/process.js';
export type { Report } from './machines/report/report.js';
export type { SnapshotLabel } from './machines/snapshot-label.js';
export type { RunStatus, RunWish } from './machines/work/run/status.js';
export type { RunPolicy } from './machines/work/run-policy.js';
export type { ExecOutput, SlotRow, SlotStatus } from './machines/work/slot.js';
export {
  EVENT_TYPES,
  type HostRecord,
  type KeptLog,
  type LogPlace,
  type RunRecord,
  type SnapshotRecord,
  sqliteVersion,
} from './persistence/index.js';
export { programStarter } from './starter.js';
export { askRun, openReader, type StoreReader } from './store-access.js';
export { type JanitorReport, sweep } from './sweep.js';
export type { System, SystemOptions } from './system.js';
export { resolveProgram } from './transport/process/program/resolve.js';
export { RemoteError } from './transport/protocol/remote-error.js';
export { VERSION } from './version.js';
