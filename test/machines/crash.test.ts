import { describe, expect, it } from 'vitest';
import { crashKind, taints } from '../../src/machines/crash.js';

describe('the kind of an end', () => {
  it.each([
    [{ code: 139, signal: null }, 'segfault', true],
    [{ code: null, signal: 'SIGSEGV' }, 'segfault', true],
    [{ code: 134, signal: null }, 'abort', true],
    [{ code: null, signal: 'SIGABRT' }, 'abort', true],
    [{ code: 137, signal: null }, 'oom', true],
    [{ code: null, signal: 'SIGKILL' }, 'oom', true],
    [{ code: 132, signal: null }, 'illegal', true],
    [{ code: null, signal: 'SIGILL' }, 'illegal', true],
    [{ code: 135, signal: null }, 'bus', true],
    [{ code: null, signal: 'SIGBUS' }, 'bus', true],
    [{ code: 136, signal: null }, 'arithmetic', true],
    [{ code: null, signal: 'SIGFPE' }, 'arithmetic', true],
    [{ code: 143, signal: null }, 'terminated', false],
    [{ code: null, signal: 'SIGTERM' }, 'terminated', false],
    [{ code: null, signal: 'SIGUSR1' }, 'signal', false],
    [{ code: 1, signal: null }, 'error', false],
    [{ code: 0, signal: null }, 'left', false],
    [{ code: null, signal: null }, 'unseen', false],
    [null, 'unseen', false],
  ] as const)('%j is %s', (exit, kind, tainting) => {
    expect([crashKind(exit), taints(crashKind(exit))]).toEqual([kind, tainting]);
  });

  it('is ours when we killed it, and says nothing of the place', () => {
    expect(crashKind({ code: null, signal: 'SIGKILL' }, true)).toBe('killed');
    expect(taints('killed')).toBe(false);
  });
});
