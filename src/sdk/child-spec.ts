/** A job that a method submits below its own; the fields mean what they mean in `system.jobs.submit`. */
export interface ChildSpec {
  /** The pool that serves it, by path or id, or the whole name of a queue. */
  readonly queue: string;
  readonly method?: string;
  /** The argument of the method: any JSON value. */
  readonly args?: unknown;
  /** The same as `args`, for programs. */
  readonly input?: unknown;
  /** An equal key answers the job that has it: with one, a child is met again by the next attempt. */
  readonly key?: string;
  readonly keyFor?: 'unfinished' | 'ever';
  readonly priority?: number;
  readonly delayMs?: number;
  readonly runAt?: number | Date;
  readonly after?: readonly (string | { readonly id: string })[];
  readonly onDependency?: 'fail' | 'run';
  readonly retries?: {
    readonly attempts?: number;
    readonly backoff?: {
      readonly initialMs?: number;
      readonly factor?: number;
      readonly maxMs?: number;
      readonly jitter?: number;
    };
  };
  readonly timeoutMs?: number | null;
  readonly deadline?: number | Date;
  readonly onLost?: 'retry' | 'fail';
  readonly limits?: readonly string[];
  readonly budget?: Readonly<Record<string, number>>;
  readonly reserve?: Readonly<Record<string, number>>;
  readonly usage?: {
    readonly from?: 'last-line' | 'each-line';
    readonly as?: 'sum' | 'cumulative';
    readonly [unit: string]: string | undefined;
  };
  /** Another one of the same call, by its `ref`; this job unless one is named. */
  readonly parent?: string | { readonly id: string };
  readonly onParentEnd?: 'cancel' | 'abandon';
  readonly version?: string;
  readonly isolateAfter?: number;
  readonly commit?: { readonly operation: string; readonly args?: unknown };
  readonly meta?: unknown;
  /** Its name within one call. */
  readonly ref?: string;
}

/** A child that was submitted. */
export interface SubmittedChild {
  readonly id: string;
  /** Whether a job of its key was there already: then this is that job. */
  readonly existing: boolean;
}

/** As it crosses the wire: instants in milliseconds. */
export function sentSpec({ runAt, deadline, ...spec }: ChildSpec): object {
  return {
    ...spec,
    ...(runAt !== undefined && { runAt: Number(runAt) }),
    ...(deadline !== undefined && { deadline: Number(deadline) }),
  };
}
