import type { Cause } from './explanation.js';

/** What to do about a run that was cut off while it was being written: it cannot be continued. */
export const NEVER_STARTED = 'Start it again from its input: nothing of it ran.';

/** What to do about each cause; null where there is nothing to do, or the finding itself says it. */
export const ADVICE: Readonly<Record<Cause, string | null>> = {
  full_disk: 'Make room on that disk, then go on with "espalier continue RUN", or start the host again.',
  lost_host:
    'Start the host again, or "espalier continue RUN": what was committed is kept, and nothing runs twice beside it.',
  lost_forker: null,
  shortage: 'Raise that limit, or run fewer at once: --jobs, or the size of the pool.',
  poisoned: 'Look at what its attempts did last, and mend that, before it is submitted again.',
  memory:
    'Give it less work at once or more memory: a smaller pool, a higher limit of the container or ulimit, or maxRss to replace workers in time.',
  protocol_error:
    'Only the SDK may write to descriptor 3 (ESPALIER_FD): print to standard output instead, which is a log.',
  unresponsive:
    'Look at what it was doing; give long work a longer timeout, and let methods look at their cancellation.',
  spawn_failure:
    'Look whether the program exists, is executable, and whether the limits of processes and open files are reached.',
  bad_input: 'Mend that line of the input, or the placeholders of the command.',
  poisoned_input: 'Run the command by hand with this input.',
  suspect:
    'Look at that process, end it yourself if it is not needed, then restart the pool or run "espalier janitor".',
  slow_consumer:
    'Offer less, or serve faster: a larger pool, a longer maxQueue, or overflow: "wait", which holds the callers back.',
  boot_failure: 'Run its command by hand in the same folder and mend what it says.',
  crash_loop: 'Mend what it crashes with; "intensity" and "period" of its supervisor say how many restarts it gets.',
  killed:
    'If no person did it, look at "dmesg" for the kernel\'s out-of-memory killer, and at the limits of the container.',
  nonzero_exit: null,
  failed_call: null,
  timeout: 'Give it more time (--timeout), or find out what it waits for.',
  actor_crash: null,
  lost_worker: null,
  deadline: null,
  budget: null,
  dependency_failed: null,
  parent_ended: null,
  cancelled: null,
  sibling_crash: null,
  escalation: 'Mend what keeps crashing; "intensity" and "period" say how much a supervisor bears.',
  degraded: null,
  fail_fast: 'Mend the slot that failed first, then "espalier continue RUN --retry-failed".',
  pruned: null,
  failed_slots: 'Ask about one of them: "espalier why RUN:INDEX".',
  stopped: null,
  paused: '"espalier continue RUN" goes on.',
  interrupted: '"espalier continue RUN" goes on.',
  recycled: null,
  unanswered: null,
  unserved: 'Start a host with a pool that serves this queue; "espalier queues" says what is served.',
  queue_paused: null,
  unknown_method: 'Start a host whose workers have this method, or cancel the job.',
  ending_children: 'Nothing needs to be done; "espalier job" names the children that still run.',
  unknown_operation: 'Start a host whose operations have it, or cancel the job.',
  unknown_version: 'Start a host that serves this version, or cancel the job.',
  blocked: null,
  limit: null,
  not_before: null,
  backoff: null,
  isolated: null,
  waiting: null,
  running: null,
  succeeded: null,
  ended: null,
};
