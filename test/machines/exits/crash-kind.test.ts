import { describe, expect, it } from 'vitest';
import { crashKind, maybeOom, taints } from '../../../src/machines/exits/crash-kind.js';

describe('the kind of an end', () => {
  it.each([
    [{ code: 139, signal: null }, 'segfault', true],
    [{ code: null, signal: 'SIGSEGV' }, 'segfault', true],
    [{ code: 134, signal: null }, 'abort', true],
    [{ code: null, signal: 'SIGABRT' }, 'abort', true],
    [{ code: 137, signal: null }, 'killed', false],
    [{ code: null, signal: 'SIGKILL' }, 'killed', false],
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

  it.each([
    { code: null, signal: 'SIGKILL' },
    { code: 137, signal: null },
  ])('is a want of memory only when the kernel counted that: %j', (exit) => {
    expect([crashKind(exit, { oomKills: 0 }), crashKind(exit, { oomKills: 1 })]).toEqual(['killed', 'oom']);
    expect([taints('killed'), taints('oom')]).toEqual([false, true]);
    expect(maybeOom(exit)).toBe(true);
  });

  it.each([
    { code: null, signal: 'SIGSEGV' },
    { code: 1, signal: null },
    { code: null, signal: null },
  ])('is never a want of memory, whatever was counted meanwhile: %j', (exit) => {
    expect(crashKind(exit, { oomKills: 3 })).not.toBe('oom');
    expect(maybeOom(exit)).toBe(false);
  });

  it('is ours when we killed it, and says nothing of the place', () => {
    expect(crashKind({ code: null, signal: 'SIGKILL' }, { byUs: true, oomKills: 1 })).toBe('killed');
    expect(crashKind({ code: null, signal: 'SIGSEGV' }, { byUs: true })).toBe('killed');
    expect(taints('killed')).toBe(false);
  });
});
