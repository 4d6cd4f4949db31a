import { expect, it } from 'vitest';
import { groupBy } from '../../src/machines/explain/findings/words.js';
import { JOB_TRANSITIONS } from '../../src/machines/work/job/machine.js';
import { page } from './project.js';

it('the page of jobs has every change of a state that the machine allows, and no other', () => {
  const lines = page('docs/jobs.md').split('\n');
  const table = lines.slice(lines.indexOf('| from | event | to |'));
  const made = groupBy(JOB_TRANSITIONS, ({ from, event }) => `| \`${from}\` | ${event} |`);
  const rows = [...made].map(([row, to]) => `${row} ${to.map(({ to: state }) => `\`${state}\``).join(', ')} |`);
  expect(table.slice(2, 2 + rows.length)).toEqual(rows);
  expect(table[2 + rows.length]).toBe('');
});
