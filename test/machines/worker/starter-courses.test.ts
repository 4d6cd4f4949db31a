import { describe, expect, it } from 'vitest';
import type { StarterCommand, StarterEvent, StarterPolicy } from '../../../src/machines/worker/starter.js';
import { bootFailure, crashed, end, start } from './starter-bench.js';

const stop: StarterEvent = { type: 'espalier.stop' };
const execute: StarterEvent = { type: 'execute' };
const started: StarterEvent = { type: 'worker.started', incarnation: 1 };
const exited: StarterEvent = { type: 'worker.exited', incarnation: 1, end: crashed };
const failedBoot: StarterEvent = { type: 'worker.exited', incarnation: 1, end: bootFailure };
const proven: StarterEvent = { type: 'swept', incarnation: 1, clean: true };
const unproven: StarterEvent = { type: 'swept', incarnation: 1, clean: false, reason: 'may still run' };
const stale: StarterEvent[] = [
  { type: 'worker.started', incarnation: 0 },
  ...end(0, crashed),
  { type: 'swept', incarnation: 0, clean: false, reason: 'may still run' },
];

/** What happens (a number is time that passes), what was asked for, and where the starter is then. */
type Course = [string, (StarterEvent | number)[], StarterCommand['type'][], string];

const courses: [string, Partial<StarterPolicy> & Pick<StarterPolicy, 'mode'>, Course[]][] = [
  [
    'an exec seat',
    { mode: 'exec' },
    [
      ['whose execution is unwanted', [execute, { type: 'cancel' }], ['offer', 'start', 'stop'], 'executing'],
      ['that is stopped without work', [stop], ['offer'], 'stopped'],
      ['that is stopped twice', [execute, stop, stop], ['offer', 'start', 'stop'], 'stopping'],
      [
        'that is stopped while it sweeps',
        [execute, exited, stop, proven],
        ['offer', 'start', 'sweep', 'deliver'],
        'stopped',
      ],
      [
        'that is stopped while it sweeps in vain',
        [execute, exited, stop, unproven],
        ['offer', 'start', 'sweep', 'deliver', 'close'],
        'stopped',
      ],
      [
        'that is stopped in quarantine',
        [execute, exited, unproven, stop],
        ['offer', 'start', 'sweep', 'deliver', 'close'],
        'stopped',
      ],
      ['that hears of an incarnation before', [execute, ...stale], ['offer', 'start'], 'executing'],
    ],
  ],
  [
    'a protocol seat',
    { mode: 'protocol', maxFailedBoots: 1 },
    [
      [
        'that is stopped while its worker boots',
        [stop, failedBoot, proven],
        ['start', 'stop', 'sweep', 'deliver'],
        'stopped',
      ],
      [
        'that is stopped while it backs off',
        [started, exited, proven, stop],
        ['start', 'offer', 'withdraw', 'sweep', 'deliver'],
        'stopped',
      ],
      [
        'that is stopped when it is closed',
        [failedBoot, proven, stop],
        ['start', 'sweep', 'deliver', 'close'],
        'stopped',
      ],
      ['that hears of an incarnation before', [...stale, started, ...stale], ['start', 'offer'], 'ready'],
    ],
  ],
  [
    'a service',
    { mode: 'protocol', awaitsReady: true },
    [
      ['that becomes ready', [started], ['start', 'offer'], 'ready'],
      ['whose first boot fails', [failedBoot, proven], ['start', 'sweep', 'deliver', 'close'], 'failed'],
      [
        'whose first boot fails and is not proven gone',
        [failedBoot, unproven],
        ['start', 'sweep', 'deliver', 'close'],
        'failed',
      ],
      ['that is stopped while it boots', [stop], ['start', 'stop'], 'stopping'],
      [
        'that ends after a stable life',
        [started, 1000, exited, proven],
        ['start', 'offer', 'withdraw', 'sweep', 'deliver', 'start'],
        'starting',
      ],
      ['that hears of an incarnation before', [...stale, failedBoot, ...stale], ['start', 'sweep'], 'givingUp'],
    ],
  ],
];

describe.each(courses)('the course of %s', (_, { mode, ...more }, rows) => {
  it.each(rows)('%s', (_, steps, asked, where) => {
    const { send, clock, types, state } = start(mode, more);
    for (const step of steps) typeof step === 'number' ? clock.increment(step) : send(step);
    expect([types(), state()]).toEqual([asked, where]);
  });
});

it('a service is starting until it is ready or has failed, and a seat of a pool never is', () => {
  const isStarting = (...[mode, more, ...events]: [...Parameters<typeof start>, ...StarterEvent[]]) => {
    const { actor, send } = start(mode, more);
    send(...events);
    return actor.getSnapshot().hasTag('espalier.starting');
  };
  const service = { awaitsReady: true };
  expect([isStarting('exec'), isStarting('protocol')]).toEqual([false, false]);
  expect([isStarting('protocol', service), isStarting('protocol', service, failedBoot)]).toEqual([true, true]);
  expect(isStarting('protocol', service, failedBoot, proven)).toBe(false);
  expect(isStarting('protocol', service, started)).toBe(false);
});
