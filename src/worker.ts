/** What a worker program imports: `espalier/worker`. Light on purpose: it loads neither XState nor SQLite nor schemas. */
export type { ChildSpec, SubmittedChild } from './sdk/child-spec.js';
export type { CallContext, MetricOptions } from './sdk/context.js';
export type { MethodDefinition, Methods } from './sdk/methods.js';
export type { AskOptions } from './sdk/own-job.js';
export { Suspension } from './sdk/suspension.js';
export type { Tools } from './sdk/tools.js';
export { type Boot, type WorkerHandle, type WorkerOptions, worker } from './sdk/worker.js';
export { WorkerError } from './sdk/worker-error.js';
export type { JobEnd } from './transport/protocol/messages.js';
export { RemoteError } from './transport/protocol/remote-error.js';
