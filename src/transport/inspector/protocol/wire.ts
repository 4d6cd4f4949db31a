export {
  ACTOR_ROLES,
  type ActorDetail,
  type ActorExitInfo,
  type ActorRoleName,
  type ActorSummary,
  type Budget,
  budgetLeft,
  HEALTHS,
  type Health,
  type Restart,
  type StateNode,
} from './actor.js';
export { type ClientMessage, clientMessage } from './client-message.js';
export { TreeDigest, treeDigest } from './digest.js';
export type { Observed, TimelineFilter, WireEvent } from './event.js';
export type { ActorGauges, ActorLoad, GaugesMessage, HostGauges } from './gauges.js';
export type {
  FamilyMember,
  JobAttemptInfo,
  JobDetail,
  JobFilterInfo,
  JobInfo,
  JobRelative,
  JobWait,
  QuestionInfo,
  QueueInfo,
} from './job.js';
export type { ProcessInfo } from './process.js';
export {
  type Answer,
  type AnswerTo,
  type Ask,
  ask,
  type Control,
  control,
  type FindingInfo,
  type Refusal,
} from './request.js';
export type { RowInfo, RunDetail, RunInfo, WindowSlot } from './run.js';
export type { OccurrenceInfo, ScheduleDetail, ScheduleInfo } from './schedule.js';
export {
  type DeltaContent,
  type DeltaMessage,
  type Hello,
  PROTOCOL_VERSION,
  type ServerMessage,
  type ServerMessageOf,
  type SnapshotContent,
  type SnapshotMessage,
  serverMessage,
} from './server-message.js';
export { type Position, type View, type ViewType, view } from './view.js';
