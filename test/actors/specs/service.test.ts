import { expect, it } from 'vitest';
import { service } from '../../../src/actors/specs/service.js';

it.each<[string, object]>([
  ['id', { id: 'a/b' }],
  ['command', { command: 'redis-server' }],
  ['command', { command: undefined }],
  ['cwd', { cwd: 7 }],
  ['env', { env: { A: 7 } }],
  ['restart', { restart: 'sometimes' }],
  ['significant', { significant: true }],
  ['backoff', { backoff: { initialMs: -1 } }],
  ['ready', { ready: {} }],
  ['ready', { ready: { notify: 'yes' } }],
  ['ready', { ready: { log: 7 } }],
  ['ready.port', { ready: { port: '7000' } }],
  ['readyMs', { readyMs: 0 }],
  ['graceMs', { graceMs: -1 }],
  ['health.check', { health: {} }],
  ['health.check', { health: { check: 65_536 } }],
  ['health.everyMs', { health: { check: 7000, everyMs: 0 } }],
  ['health.timeoutMs', { health: { check: 7000, timeoutMs: Number.NaN } }],
  ['health.failures', { health: { check: () => true, failures: 0.5 } }],
])('refuses options of a service that do not fit, naming them (%s): %o', (option, options) => {
  const make = () => Reflect.apply(service, undefined, [{ id: 'svc', command: ['true'], ...options }]);
  expect(make).toThrow(expect.objectContaining({ code: 'ESP_INVALID', message: expect.stringContaining(option) }));
});

it('is restarted by its supervisor with growing pauses, unless told otherwise', () => {
  const child = service({ id: 'svc', command: ['true'] });
  expect(child.backoff).toEqual({ initialMs: 100, factor: 2, maxMs: 30_000, jitter: 0.1 });
});

it('hands its supervisor what it was told about its ends', () => {
  const backoff = { initialMs: 1, factor: 2, maxMs: 3, jitter: 0 };
  const child = service({ id: 'svc', command: ['true'], restart: 'transient', significant: true, backoff });
  expect(child).toMatchObject({
    restart: 'transient',
    significant: true,
    backoff,
    shutdown: 'infinity',
    role: 'service',
  });
});
