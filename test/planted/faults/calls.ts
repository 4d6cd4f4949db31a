import type { Faults } from '../fault.js';

const pool = 'src/actors/call/protocol-pool.ts';
const run = 'src/actors/call/running-call.ts';
const worker = 'src/actors/call/protocol-worker.ts';
const affinity = 'src/actors/call/affinity.ts';
const queue = 'src/actors/pool/work-queue.ts';
const sessions = 'test/system/pools/affinity.slow.test.ts';
const callTests = 'test/actors/call/protocol-pool.test.ts';

/** Calls on their way to a worker, and the sessions that bind them to one. */
export const calls: Faults = {
  'a session is bound to no worker': {
    file: pool,
    right: 'if (session !== undefined) affinity.bind(session, seat);',
    wrong: '',
    test: [sessions, 'one after the other'],
  },
  'a session is told twice that its worker is gone': {
    file: pool,
    right: 'if (session !== undefined && isLost(error)) affinity.release(session);',
    wrong: '',
    test: [sessions, 'served: replaced'],
  },
  'a hint is as strict as a rule': {
    file: affinity,
    right: "if (policy === 'hint') return { prefers: seat };",
    wrong: "if (policy === 'hint') return { requires: seat };",
    test: [sessions, 'by a hint as long as it has room'],
  },
  'a session that is to wait for its worker is given to another': {
    file: affinity,
    right: 'return { requires: seat };',
    wrong: 'return { prefers: seat };',
    test: [sessions, 'strictly: they wait for it'],
  },
  'a session that is not to wait for its worker waits': {
    file: affinity,
    right: "policy === 'strict-fail' && seat.load >= seat.capacity",
    wrong: "policy === 'strict-fail' && seat.load > seat.capacity",
    test: [sessions, 'strictly at once'],
  },
  'who waits for a worker that makes way waits for ever': {
    file: queue,
    right: 'roster.onGone = (seat) => this.#refuseBound(seat);',
    wrong: 'roster.onGone = () => undefined;',
    test: ['test/actors/pool/work-queue.test.ts', 'that requires one seat'],
  },
  'a worker is told the whole time, whatever was spent in the queue': {
    file: pool,
    right: 'Math.max(0, end - this.#parts.clock.now())',
    wrong: 'TIMEOUT_MS',
    test: [callTests, 'tells its worker what is left'],
  },
  'a call has no deadline of its own': {
    file: pool,
    right: 'const { timeout = TIMEOUT_MS, signal } = options;',
    wrong: 'const { timeout = TIMEOUT_MS * 10, signal } = options;',
    test: [callTests, 'has a minute'],
  },
  'a stubborn call is spared beside a wanted one': {
    file: run,
    right: 'if (!this.#started && this.seat.wanted.size > 0)',
    wrong: 'if (this.seat.wanted.size > 0)',
    test: [callTests, 'costs its worker'],
  },
  'a wanted call is killed for one that waits behind it': {
    file: run,
    right: 'if (!this.#started && this.seat.wanted.size > 0)',
    wrong: 'if (!this.#started && this.seat.wanted.size > 9)',
    test: [callTests, 'costs nobody anything'],
  },
  'a call that ends keeps its place': {
    file: run,
    right: 'this.seat.free();',
    wrong: '',
    test: [callTests, 'gives its place back'],
  },
  'a call that is given up frees its place at once': {
    file: run,
    right: "this.#open?.cancel('the caller has given up');",
    wrong: "this.#open?.cancel('the caller has given up');\n    this.release();",
    test: [callTests, 'gives its place back'],
  },
  'a concurrent worker is given 16 calls at once': {
    file: worker,
    right: 'const CONCURRENT_WINDOW = 32;',
    wrong: 'const CONCURRENT_WINDOW = 16;',
    test: ['test/system/pools/window.slow.test.ts', 'a concurrent one'],
  },
  'the window of a pool is not heeded': {
    file: worker,
    right: 'window ?? (concurrency > 1 ? CONCURRENT_WINDOW : 1)',
    wrong: '(concurrency > 1 ? CONCURRENT_WINDOW : 1)',
    test: ['test/system/pools/window.slow.test.ts', 'whose pool says otherwise'],
  },
};
