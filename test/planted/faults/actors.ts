import type { Faults } from '../fault.js';

/** The machines brought to life: what a host does beside calls. */
export const actors: Faults = {
  'a write that was refused is forgotten': {
    file: 'src/host/owed-writes.ts',
    right: `if (!isRefusal(error)) throw error;
      this.owe(write);`,
    wrong: 'if (!isRefusal(error)) throw error;',
    test: ['test/host/owed-writes.test.ts', ''],
  },
  'a write overtakes what is owed': {
    file: 'src/host/owed-writes.ts',
    right: `if (!this.isEmpty) return this.owe(write);
`,
    wrong: '',
    test: ['test/host/owed-writes.test.ts', ''],
  },
  'a process is started that could not be registered': {
    file: 'src/host/patient-registry.ts',
    right: 'if (!this.owed.isEmpty) await this.owed.settled();',
    wrong: '',
    test: ['test/host/owed-writes.test.ts', 'is free for the next one'],
  },
  'the lease is renewed too late': {
    file: 'src/host/heartbeat.ts',
    right: 'const HEARTBEAT_MS = 5000;',
    wrong: 'const HEARTBEAT_MS = 10_000;',
    test: ['test/host/heartbeat.test.ts', 'three times'],
  },
  'a fenced host goes on': {
    file: 'src/host/heartbeat.ts',
    right: 'if (!ours && !this.#stopped) return this.onFenced();',
    wrong: '',
    test: ['test/host/heartbeat.test.ts', 'tells once'],
  },
  'too many workers boot at once': {
    file: 'src/actors/call/boot-gate.ts',
    right: 'if (this.#inside < this.limit) admit();',
    wrong: 'if (this.#inside <= this.limit) admit();',
    test: ['test/actors/call/boot-gate.test.ts', ''],
  },
  'who leaves the gate before his turn keeps it closed': {
    file: 'src/actors/call/boot-gate.ts',
    right: `this.#waiting.delete(admit);
        giveUp();`,
    wrong: 'giveUp();',
    test: ['test/actors/call/boot-gate.test.ts', ''],
  },
  'an out-of-memory kill of long ago is told': {
    file: 'src/actors/worker/memory-watch.ts',
    right: 'before: this.#kills.last, last:',
    wrong: 'before: this.#kills.before, last:',
    test: ['test/actors/worker/memory-watch.test.ts', ''],
  },
  'output that was refused is lost': {
    file: 'src/work/dispatch/output-flusher.ts',
    right: 'if (isRefusal(error)) return;',
    wrong: 'if (isRefusal(error)) return offer.take();',
    test: ['test/work/dispatch/output-flusher.test.ts', ''],
  },
  'two chunks of one output are written at once': {
    file: 'src/work/dispatch/output-flusher.ts',
    right: 'flushed.writing !== null || !flushed.capture.pending',
    wrong: '!flushed.capture.pending',
    test: ['test/work/dispatch/output-flusher.test.ts', 'one chunk at a time'],
  },
  'a seat whose program may still run is tried again': {
    file: 'src/work/dispatch/dispatcher.ts',
    right: 'stopped: target.stopped(), unproven: unproven !== undefined }',
    wrong: 'stopped: target.stopped(), unproven: false }',
    test: ['test/work/runs/coordinator.test.ts', 'runs nothing again'],
  },
  'a seat whose worker was stopped counts as tried': {
    file: 'src/machines/work/retry.ts',
    right: `{ outcome: 'cancelled', requeue: isWanted }`,
    wrong: `{ outcome: 'cancelled', requeue: stopped === 'requeue' }`,
    test: ['test/work/runs/coordinator.test.ts', 'counts neither'],
  },
  'what a killed coordinator had begun stays claimed': {
    file: 'src/work/dispatch/dispatcher.ts',
    right: 'await this.#release([claimed], acknowledge);',
    wrong: 'acknowledge();',
    test: ['test/work/runs/coordinator.test.ts', ''],
  },
  'an attempt of an earlier epoch is taken by a pool that knows a later one': {
    file: 'src/work/backends/local.ts',
    right: `if (isFenced) return { type: 'refused', why: 'fenced' };`,
    wrong: 'void isFenced;',
    test: ['test/work/backends/local-exec.test.ts', ''],
  },
  'a pool takes an attempt while it is closed': {
    file: 'src/work/backends/local.ts',
    right: 'if (this.#capacity() === 0) {',
    wrong: 'if (this.#capacity() < 0) {',
    test: ['test/work/backends/local-exec.test.ts', ''],
  },
  'an outcome that nobody was there to hear is forgotten': {
    file: 'src/work/backends/local.ts',
    right: 'this.#reports.set(report.cursor, report);',
    wrong: '',
    test: ['test/work/backends/local-exec.test.ts', ''],
  },
  'a run is not told that its pool takes work again': {
    file: 'src/work/backends/local.ts',
    right: 'if (capacity === this.#told) return;',
    wrong: 'if (capacity === this.#told || capacity > 0) return;',
    test: ['test/work/backends/local-exec.test.ts', ''],
  },
  'a call that never had a worker leaves an attempt behind': {
    file: 'src/work/backends/local-call.ts',
    right: `if (end.type === 'attempt.completed' && end.how === 'interrupted' && since === null)`,
    wrong: `if (end.type === 'attempt.lost' && end.error.code === '')`,
    test: ['test/work/backends/local-call.slow.test.ts', 'waits'],
  },
  'nobody is told which worker has a call': {
    file: 'src/work/backends/local-call.ts',
    right: 'started({ jobId, epoch, attempt }, worker);',
    wrong: 'void [started, worker, epoch];',
    test: ['test/work/backends/local-call.slow.test.ts', 'begins when'],
  },
  'a worker that is stopped with its pool counts as lost': {
    file: 'src/work/backends/local-call.ts',
    right: 'return wasStopped(error) ? interrupted',
    wrong: 'return wasStopped(null) ? interrupted',
    test: ['test/work/backends/local-call.slow.test.ts', 'no loss'],
  },
  'the sweep of a starter takes a suspect for gone': {
    file: 'src/actors/worker/prove-gone.ts',
    right: 'if (report.clean && report.suspects.length === 0) return null;',
    wrong: 'if (report.clean) return null;',
    test: ['test/actors/worker/prove-gone.test.ts', ''],
  },
  'a forced end is not looked for by its cookie': {
    file: 'src/actors/worker/prove-gone.ts',
    right: 'thorough || stays !== null ? await process.sweep() : null',
    wrong: 'stays !== null ? await process.sweep() : null',
    test: ['test/actors/worker/prove-gone.test.ts', ''],
  },
  'a starter’s worker outlives it': {
    file: 'src/actors/worker/starter.ts',
    right: 'void this.#worker.then((worker) => worker?.kill());',
    wrong: '',
    test: ['test/actors/worker/starter-paths.slow.test.ts', ''],
  },
  'a seat opens though what its last starter left is not proven gone': {
    file: 'src/actors/worker/starter.ts',
    right: 'new Starter(options, services, context).logic(left.reason ?? null)',
    wrong: 'new Starter(options, services, context).logic(null)',
    test: ['test/actors/worker/starter-paths.slow.test.ts', ''],
  },
  'a service may fail as many checks as it likes, if not in a row': {
    file: 'src/actors/service/service-seat.ts',
    right: '(await isWell(health, services.clock, over.signal)) ? 0 : failed + 1',
    wrong: '(await isWell(health, services.clock, over.signal)) ? failed : failed + 1',
    test: ['test/system/pools/service.slow.test.ts', 'may fail twice in a row'],
  },
  'a health check goes on when its service has stopped': {
    file: 'src/actors/service/service-seat.ts',
    right: 'over.abort();',
    wrong: '',
    test: ['test/system/hosts/stopped.slow.test.ts', 'leaves nothing'],
  },
  'a service that fails its checks is kept': {
    file: 'src/actors/service/service-seat.ts',
    right: 'if (failed < failures) return next();',
    wrong: 'return next();',
    test: ['test/system/pools/service.slow.test.ts', 'says no'],
  },
  'a link is one way': {
    file: 'src/actors/tree/link.ts',
    right: 'watches.push(watch(one, other), watch(other, one));',
    wrong: 'watches.push(watch(one, other));',
    test: ['test/actors/tree/link.test.ts', ''],
  },
  'a session of calls is never forgotten': {
    file: 'src/actors/call/affinity.ts',
    right: 'if (usedAt > before) return;',
    wrong: 'return;',
    test: ['test/actors/call/affinity.test.ts', ''],
  },
  'a full queue takes more': {
    file: 'src/machines/pool/queue/checkout.ts',
    right: "if (length < limit) return 'enqueue';",
    wrong: "if (length <= limit) return 'enqueue';",
    promise: 5,
    test: ['test/actors/pool/work-queue.test.ts', 'refuses beyond its limit'],
  },
  'rest_for_one restarts the one alone': {
    file: 'src/machines/supervise/strategy.ts',
    right: 'rest_for_one: (children, id) => fromOn(children.ids(), id)',
    wrong: 'rest_for_one: (_children, id) => [id]',
    promise: 3,
    test: ['test/actors/tree/supervisor.test.ts', ''],
  },
};
