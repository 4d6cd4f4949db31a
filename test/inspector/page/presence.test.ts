import { expect, test } from 'vitest';
import { presenceShown } from '../../../inspector/src/model/presence.js';

test('a host is said to live only where that is known', () => {
  expect(presenceShown({ presence: 'living', source: 'host' }).note).toBeNull();
  expect(presenceShown({ presence: 'living', source: 'store' }).note?.text).toContain('This host lives');
  for (const presence of ['gone', 'unknown'] as const) {
    const { word, condition, note } = presenceShown({ presence, source: 'store' });
    expect(`${word} ${note?.text}`).not.toMatch(/\blive\b|host lives/);
    expect(condition).not.toBe('running');
  }
  expect(presenceShown({ presence: 'unknown', source: 'store' }).note?.text).toContain('is not known here');
});
