import { expect, it } from 'vitest';
import { EspalierError, toErrorRecord } from '../src/errors.js';

it.each<[string, unknown, string, string]>([
  ['ours', new EspalierError('ESP_TIMEOUT', 'too late'), 'ESP_TIMEOUT', 'too late'],
  ['one of Node', Object.assign(new Error('not there'), { code: 'ENOENT' }), 'ENOENT', 'not there'],
  ['one without a code', new TypeError('no function'), 'TypeError', 'no function'],
  ['a record of one', { code: 'ENOENT', message: 'not there' }, 'ENOENT', 'not there'],
  ['a text', 'no luck', 'Error', 'no luck'],
  ['nothing', undefined, 'Error', 'undefined'],
  ['an object without a text', Object.create(null), 'Error', 'something without a text (object)'],
])('keeps of what was thrown a code and a message: %s', (_, thrown, code, message) => {
  expect(toErrorRecord(thrown)).toEqual({ code, message });
});
