import { expect, it } from 'vitest';
import { codeOf, EspalierError, isEspalierError, Shutdown, toError, toErrorRecord } from '../src/errors.js';

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const silent = Object.defineProperty(new Error('x'), 'message', {
  get: () => {
    throw new Error('no message');
  },
});

it.each<[string, unknown, string, string]>([
  ['ours', new EspalierError('ESP_TIMEOUT', 'too late'), 'ESP_TIMEOUT', 'too late'],
  ['one of Node', Object.assign(new Error('not there'), { code: 'ENOENT' }), 'ENOENT', 'not there'],
  ['one without a code', new TypeError('no function'), 'TypeError', 'no function'],
  ['a record of one', { code: 'ENOENT', message: 'not there' }, 'ENOENT', 'not there'],
  ['a text', 'no luck', 'Error', 'no luck'],
  ['nothing', undefined, 'Error', 'undefined'],
  ['an object without a text', Object.create(null), 'Error', 'something without a text (object)'],
  ['an object with fields', { status: 500, detail: 'no room' }, 'Error', '{"status":500,"detail":"no room"}'],
  ['an object with a number for a code', { code: 42, message: 'no' }, 'Error', 'no'],
  ['a revoked proxy', revoked, 'Error', 'something without a text (object)'],
  ['an error whose message throws', silent, 'Error', ''],
  ['a symbol', Symbol('x'), 'Error', 'Symbol(x)'],
])('keeps of what was thrown a code and a message: %s', (_, thrown, code, message) => {
  expect(toErrorRecord(thrown)).toEqual({ code, message });
});

it('no thrown value throws when it is asked what it is', () => {
  expect(isEspalierError(revoked)).toBe(false);
  expect(codeOf(revoked)).toBeUndefined();
  expect(toError(revoked).message).toBe('something without a text (object)');
  expect(toError(silent)).toBe(silent);
  expect(new Shutdown(Object.create(null)).message).toContain('something without a text');
});
