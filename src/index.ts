export type { AffinityPolicy } from './actors/call/affinity.js';
export type { MailboxOptions, MailboxState } from './actors/cell/mailbox.js';
export type { Ask, AskHandler, Asks } from './actors/desk/asks.js';
export { type HostTool, type ToolContext, tool } from './actors/desk/host-tool.js';
export type { WorkerListener, WorkerMessageFrom } from './actors/desk/worker-desk.js';
export type { Migrate } from './actors/durable/saved-machine.js';
export type { ActorHandle, UntypedLogic } from './actors/handles/actor-handle.js';
export type { CallOptions, RetryPolicy } from './actors/handles/call-options.js';
export type { ExecBytesOptions, ExecOptions, ExecResult } from './actors/handles/exec-options.js';
export type { Contract, MethodContract, UntypedMethods } from './actors/handles/method-types.js';
export type { ExecPool, Pool, PoolHandle, PoolLoad } from './actors/handles/pool-handle.js';
export type { Readiness } from './actors/service/service-probe.js';
export type { HealthCheck } from './actors/service/service-seat.js';
export { type ExecPoolOptions, type PoolOptions, type ProtocolPoolOptions, pool } from './actors/specs/pool.js';
export { type ServiceOptions, service } from './actors/specs/service.js';
export type { ChildOptions, ChildSpec, StartContext } from './actors/tree/child-spec.js';
export type { DeadLetter, DeadLetterReason, Down } from './actors/tree/directory.js';
export { type MachineOptions, machine, spec } from './actors/tree/spec.js';
export {
  type DynamicSupervisorOptions,
  dynamicSupervisor,
  type SupervisorOptions,
  supervisor,
} from './actors/tree/supervisor.js';
export type { Refused, Started, SupervisorHandle } from './actors/tree/supervisor-calls.js';
export type {
  DynamicSupervisorSpec,
  ExecPoolSpec,
  MachineSpec,
  OtherSpec,
  Place,
  PoolSpec,
  SupervisorSpec,
} from './actors/tree/tree-types.js';
export type { LineListener, LineSource, Stdio } from './actors/worker/stdio.js';
export { type ErrorCode, type ErrorRecord, EspalierError, isEspalierError, Shutdown } from './errors.js';
export { findJob } from './host/jobs/lookup.js';
export type { Session, Sessions } from './host/sessions.js';
export { askRun, openReader, runSchedule, type StoreReader, steerSchedule } from './host/store-access.js';
export { type JanitorReport, sweep } from './host/sweep.js';
export { backupStore, compactStore, pruneStore, removeRun, storeSize } from './host/upkeep/by-hand.js';
export type { RunId, RunRef } from './ids.js';
export { readRedactor, type StoreRedactor } from './inspection/ask/secrets.js';
export type { Inspector, InspectorOptions, InspectorServer, InspectorServerOptions } from './inspection/inspector.js';
export { type ExplainOptions, explain } from './inspection/shown/explain.js';
export type { ExplainSource } from './inspection/shown/explain-source.js';
export type { StandingProcess } from './inspection/shown/standing.js';
export {
  inspectStore,
  readProcesses,
  readQueues,
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
export { type JobId, slotJobId } from './machines/ids/job-id.js';
export type { BreakerPolicy } from './machines/pool/queue/breaker.js';
export type { Registration } from './machines/process/process.js';
export type { Report } from './machines/report/report.js';
export type { SnapshotLabel } from './machines/snapshot-label.js';
export type { LimitSettings } from './machines/work/job/limit.js';
export { EXIT_WAITS } from './machines/work/job/policy.js';
export { JOB_STATES, type JobState } from './machines/work/job/states.js';
export type { Retention } from './machines/work/retention.js';
export type { RunStatus, RunWish } from './machines/work/run/status.js';
export type { RunPolicy } from './machines/work/run-policy.js';
export type { ExecOutput, SlotRow, SlotStatus } from './machines/work/slot.js';
export {
  EVENT_TYPES,
  type HostRecord,
  type JobRecord,
  type JobStory,
  type KeptLog,
  type LimitRecord,
  type LogPlace,
  type OccurrenceRecord,
  type Pruned,
  type QueueRecord,
  type RunRecord,
  type ScheduleRecord,
  type SnapshotRecord,
  type StoreSize,
  sqliteVersion,
} from './persistence/index.js';
export { createInspector } from './system/create-inspector.js';
export { createSystem } from './system/create-system.js';
export { type DefinedTree, defineTree } from './system/define-tree.js';
export { type AttemptPlace, attemptPlace, openAttempt } from './system/outside/open-attempt.js';
export { type OpenJobs, openJobs } from './system/outside/open-jobs.js';
export { programStarter } from './system/program-starter.js';
export type { ReportListener } from './system/reporter.js';
export type { System, SystemOptions } from './system/system.js';
export type { ListedTool, SystemTools, ToolCall, ToolCallOptions } from './system/tools.js';
export { resolveProgram } from './transport/process/program/resolve.js';
export { RemoteError } from './transport/protocol/remote-error.js';
export { VERSION } from './version.js';
export { Job, type JobWaitOptions } from './work/jobs/job.js';
export type { JobFilter, Jobs, ListJobsOptions } from './work/jobs/jobs.js';
export type { CancelledJob, RetriedJob } from './work/jobs/many.js';
export type { OwnAttempt } from './work/jobs/own-attempt.js';
export type { LimitOptions, Limits, Queues } from './work/jobs/queues.js';
export type { JobSpec } from './work/jobs/spec.js';
export type { Operation, OperationContext, OperationTx, OperationValue } from './work/operations/operation.js';
export type { Operations } from './work/operations/operations.js';
export { type CommittedOptions, isMoving, Run } from './work/runs/run.js';
export type { ContinueRunOptions, Runs, StartRunOptions } from './work/runs/runs.js';
export type { ScheduledJobSpec, ScheduleOptions } from './work/schedules/options.js';
export type { HistoryOptions, Schedules } from './work/schedules/schedules.js';
