import type { Refused, Started, SupervisorHandle } from '../../src/actors/tree/supervisor.js';

// Our answers in the words of `supervisor.escript`.

export function describeResult(result: Started | Refused | { readonly ok: true }): string {
  if (!result.ok) return result.error;
  if (!('ignored' in result)) return 'ok';
  return result.ignored ? 'ok ignored' : 'ok started';
}

export function describeSpec(result: Awaited<ReturnType<SupervisorHandle['getChildSpec']>>): string {
  if (!result.ok) return result.error;
  const { id, restart, shutdown, type, significant } = result.child;
  return `ok ${id} ${restart} ${shutdown === 'kill' ? 'brutal_kill' : shutdown} ${type} ${significant}`;
}

export function describeChildren(children: Awaited<ReturnType<SupervisorHandle['whichChildren']>>): string {
  return children.map(({ id, status, type }) => `${id}:${status}:${type}`).join(' ') || 'none';
}

export function describeCounts(counts: Awaited<ReturnType<SupervisorHandle['countChildren']>>): string {
  const { specs, active, supervisors, workers } = counts;
  return [specs, active, supervisors, workers].join('/');
}
