/** The side of the writer thread, which loads this by its address: there the user's operations run. */
import { randomBytes } from 'node:crypto';
import { EspalierError, messageOf } from '../../errors.js';
import { readJson } from '../../json/read.js';
import { newJobId } from '../../machines/ids/job-id.js';
import { submitSpecs } from '../../persistence/families/jobs/new-job.js';
import { toJson } from '../../persistence/sql/json.js';
import type { Transaction, UserCall, UserOperations } from '../../persistence/sql/transaction.js';
import type { OperationsPlace } from '../../persistence/store.js';
import { newJobs } from '../jobs/spec.js';
import type { OperationContext, OperationTx } from './operation.js';
import { UserDatabase } from './user-database.js';

/** Slower than so many milliseconds is told: every host waits meanwhile. */
const SLOW_MS = 10;

type AnyOperation = (tx: OperationTx, args: unknown, context: OperationContext) => unknown;

/**
 * The operations that a module exports.
 *
 * @throws EspalierError `ESP_INVALID` when the module cannot be loaded, or exports no function
 */
export async function userOperations(place: OperationsPlace): Promise<UserOperations> {
  const found = await load(place.module);
  const database = new UserDatabase();
  return {
    names: [...found.keys()],
    call: (tx, call) => {
      const operation = found.get(call.operation);
      if (operation === undefined) throw unknown(call.operation, [...found.keys()]);
      const since = performance.now();
      using _ = database.lend(tx.db);
      const answer = operation(txOf(tx, call, database, place), readJson(call.args), contextOf(call));
      if (isPromise(answer)) {
        // What it still comes to is nobody's: unheard, its error would end the writer thread.
        Promise.resolve(answer).catch(() => undefined);
        throw asynchronous(call.operation);
      }
      tellSlow(tx, call, performance.now() - since);
      return toJson(answer ?? null, `the answer of operation ${call.operation}`);
    },
  };
}

async function load(module: string): Promise<ReadonlyMap<string, AnyOperation>> {
  let exported: Record<string, unknown>;
  try {
    exported = await import(module);
  } catch (cause) {
    throw new EspalierError('ESP_INVALID', `operations: ${module} cannot be loaded: ${messageOf(cause)}`, { cause });
  }
  const functions = Object.entries(exported).filter((entry): entry is [string, AnyOperation] => {
    return entry[0] !== 'default' && typeof entry[1] === 'function';
  });
  if (functions.length > 0) return new Map(functions);
  throw new EspalierError('ESP_INVALID', `operations: ${module} exports no function by a name of its own`);
}

type Submitting = Pick<OperationsPlace, 'system' | 'maxPayload'>;

function txOf(tx: Transaction, { by }: UserCall, db: UserDatabase, { system, maxPayload }: Submitting): OperationTx {
  const queue = (name: string) => (name.startsWith('/') ? `${system}:${name}` : name);
  const jobId = () => newJobId(tx.now, randomBytes(8).toString('hex'));
  return {
    now: tx.now,
    db,
    submit: (spec) => {
      const { jobs } = newJobs([spec], { now: tx.now, queue, newJobId: jobId });
      const [submitted] = submitSpecs(tx, by, jobs, maxPayload);
      if (submitted === undefined) throw new Error('a job was submitted and not answered');
      return { id: submitted.jobId, existing: submitted.existing };
    },
  };
}

function contextOf({ job }: UserCall): OperationContext {
  const result = job === null || job.result === null ? null : readJson(job.result);
  return { job: job?.jobId ?? null, result };
}

function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === 'object' && answer !== null && 'then' in answer;
}

function tellSlow(tx: Transaction, { by, operation }: UserCall, ms: number): void {
  if (ms <= SLOW_MS) return;
  tx.journal(by, { type: 'operation.slow', data: { operation, ms: Math.round(ms) } });
}

function unknown(operation: string, names: readonly string[]): EspalierError {
  return new EspalierError('ESP_NOT_FOUND', `no operation ${operation}; there are ${names.join(', ')}`, {
    context: { operation },
  });
}

function asynchronous(operation: string): EspalierError {
  return new EspalierError(
    'ESP_INVALID',
    `operation ${operation} answers a promise: it must do all at once, for every host waits until the transaction is over`,
    { context: { operation } },
  );
}
