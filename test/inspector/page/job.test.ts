import { expect, test } from 'vitest';
import {
  answerOf,
  hasEnded,
  isJobState,
  JOB_CONDITIONS,
  jobSearch,
  placeOf,
} from '../../../inspector/src/model/job.js';
import { skippedText, timingText } from '../../../inspector/src/model/schedule.js';
import { isEnded } from '../../../src/machines/work/job/states.js';

test('a search for jobs names what it looks for, and a bare word is a key', () => {
  expect(jobSearch('queue:app:/mail meta:customer=ada parent:job-1')).toEqual({
    filter: { queue: 'app:/mail', meta: 'customer=ada', parent: 'job-1' },
    job: null,
  });
  expect(jobSearch(' welcome-ada ').filter).toEqual({ key: 'welcome-ada' });
  expect(jobSearch('job-mx4m0g28-60d5de40a1f78e44')).toEqual({ filter: {}, job: 'job-mx4m0g28-60d5de40a1f78e44' });
});

test('what is not typed to its end yet narrows nothing', () => {
  for (const typed of ['', 'queue:', 'meta:', 'meta:customer']) expect(jobSearch(typed).filter).toEqual({});
});

test('an answer is JSON where it is that, otherwise a text', () => {
  expect(['true', '{"approved":1}', '7', 'yes, do', '"7"'].map(answerOf)).toEqual([
    true,
    { approved: 1 },
    7,
    'yes, do',
    '7',
  ]);
});

test('the page knows as the machine does which jobs have ended', () => {
  const states = Object.keys(JOB_CONDITIONS).filter(isJobState);
  expect(states.filter(hasEnded)).toEqual(states.filter(isEnded));
});

test('a stretch of time has its place in the whole, and is never too thin to be seen', () => {
  const whole = { from: 1000, until: 2000 };
  expect(placeOf({ from: 1250, until: 1750 }, whole)).toEqual({ left: 25, width: 50 });
  expect(placeOf({ from: 2000, until: 2000 }, whole)).toEqual({ left: 99.5, width: 0.5 });
  expect(placeOf({ from: 0, until: 5000 }, whole)).toEqual({ left: 0, width: 100 });
});

test('a schedule says when it comes, and why an instant of it made no job', () => {
  expect(timingText({ cron: '0 3 * * *', timezone: 'UTC', once: null })).toBe('0 3 * * * (UTC)');
  expect(skippedText({ skipped: 'overlap', count: 3 })).toBe('skipped (3 of them): an earlier job had not ended');
  expect(skippedText({ skipped: 'paused', count: null })).toBe('skipped (several): the schedule was paused');
});
