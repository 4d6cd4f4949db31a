import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { type Readiness, watchReadiness } from '../../../src/actors/service/service-probe.js';
import { SimulatedClock } from '../../../src/testing/index.js';

/** A service whose output is ours to write, and how often it was found ready. */
function watched(readiness: Readiness) {
  const [stdout, stderr, port] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const clock = new SimulatedClock();
  const seen = { ready: 0 };
  const stop = watchReadiness(readiness, { stdout, stderr, port }, clock, () => {
    seen.ready += 1;
  });
  // What is written to a stream is heard in a later turn.
  const write = async (text: string, stream = stdout) => {
    stream.write(text);
    await new Promise(setImmediate);
  };
  return { clock, seen, stop, write, stderr, port };
}

it.each<[string, Readiness]>([
  ['a text', { log: 'ready' }],
  ['a pattern', { log: /^server ready$/ }],
])('a line without an end shows that a service is ready once nothing follows it: %s', async (_, readiness) => {
  const { clock, seen, write } = watched(readiness);
  await write('server ready');
  expect(seen.ready).toBe(0);
  clock.increment(100);
  expect(seen.ready).toBe(1);
  await write('\nserver ready\n');
  clock.increment(1000);
  expect(seen.ready).toBe(1);
});

it('a line that comes in parts is judged as a whole', async () => {
  const { clock, seen, write } = watched({ log: /^ready$/ });
  await write('ready');
  clock.increment(99);
  await write(': not yet');
  clock.increment(1000);
  await write('\n');
  expect(seen.ready).toBe(0);
});

it('a line without an end counts on standard error and on the descriptor for READY=1, too', async () => {
  const logged = watched({ log: 'up' });
  await logged.write('up', logged.stderr);
  logged.clock.increment(100);
  const notified = watched({ notify: true });
  await notified.write('READY=1', notified.port);
  notified.clock.increment(100);
  expect([logged.seen.ready, notified.seen.ready]).toEqual([1, 1]);
});

it('nothing is no line', async () => {
  const { clock, seen, write } = watched({ log: /^$/ });
  await write('starting\n');
  clock.increment(1000);
  expect(seen.ready).toBe(0);
});

it('a watch that has ended hears nothing more', async () => {
  const { clock, seen, stop, write } = watched({ log: 'ready' });
  await write('ready');
  stop();
  clock.increment(1000);
  expect(seen.ready).toBe(0);
});

it.each([/serving/g, /serving/y])(
  'a pattern that remembers its last match finds it in the next boot: %s',
  async (log) => {
    for (const boot of [1, 2, 3]) {
      const { seen, write } = watched({ log });
      await write('serving\n');
      expect([boot, seen.ready]).toEqual([boot, 1]);
    }
  },
);
