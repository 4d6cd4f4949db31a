import { expect, it } from 'vitest';

it.each([0, -0, -1, Number.NaN])('no test kills itself with all others, by %d', (pid) => {
  expect(() => process.kill(pid, 'SIGKILL')).toThrow('would kill themselves');
});
