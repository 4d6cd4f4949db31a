import { expect, it } from 'vitest';
import { EspalierError } from '../../../src/errors.js';
import { toCrashRecord } from '../../../src/machines/exits/crash-record.js';

it('keeps code, message and stack, and the stacks of the causes', () => {
  const cause = new TypeError('no price');
  const { code, message, stack = '' } = toCrashRecord(new Error('no order', { cause }));
  expect([code, message]).toEqual(['Error', 'no order']);
  expect(stack).toMatch(/^Error: no order\n +at .*crash-record\.test/);
  expect(stack).toMatch(/\ncaused by: TypeError: no price\n +at .*crash-record\.test/);
});

it('keeps the last words of a process, its own or those of the cause', () => {
  const words = (context: object, cause?: unknown) =>
    toCrashRecord(new EspalierError('ESP_WORKER_BOOT', 'it does not boot', { context: { ...context }, cause })).stderr;
  expect(words({ stderr: 'ImportError' })).toBe('ImportError');
  expect(words({}, new EspalierError('ESP_SPAWN', 'no', { context: { stderr: 'below' } }))).toBe('below');
  expect(words({})).toBeUndefined();
  expect(words({ stderr: 7 })).toBeUndefined();
});

it('is bounded, whatever was thrown', () => {
  const deep = Array.from({ length: 50 }).reduce<Error | undefined>(
    (cause) => new Error('x'.repeat(9000), { cause }),
    undefined,
  );
  expect(toCrashRecord(deep).stack?.length).toBe(8192);
  const half = toCrashRecord(Object.assign(new Error('no'), { stack: `${'x'.repeat(8191)}😀` }));
  expect(half.stack).toBe('x'.repeat(8191));
  const stderr = 'x'.repeat(100_000);
  expect(toCrashRecord(new EspalierError('ESP_SPAWN', 'no', { context: { stderr } })).stderr?.length).toBe(2048);
});

it('takes what throws when it is looked at, and what is no error', () => {
  const hostile = Object.defineProperty(new Error('look away'), 'stack', {
    get: () => {
      throw new Error('not at this');
    },
  });
  expect(toCrashRecord(hostile)).toEqual({ code: 'Error', message: 'look away' });
  const endless = new Error('round');
  endless.cause = endless;
  expect(toCrashRecord(endless).stack).toMatch(/caused by: Error: round/);
  const silent = Object.assign(new Error('round'), { stack: '' });
  silent.cause = silent;
  expect(toCrashRecord(silent)).toEqual({ code: 'Error', message: 'round' });
  const { proxy, revoke } = Proxy.revocable(new Error('gone'), {});
  revoke();
  expect(toCrashRecord(proxy).code).toBe('Error');
  expect(toCrashRecord(new Error('around it', { cause: proxy })).stack).toMatch(/^Error: around it\n/);
  expect(toCrashRecord('text')).toEqual({ code: 'Error', message: 'text' });
  expect(toCrashRecord(null).stack).toBeUndefined();
});
