import type { StateNode } from 'espalier/client';

/** A machine as nested boxes: what it is in is lit, and each box says where it goes on what. */
export function Statechart({ root, active }: { readonly root: StateNode; readonly active: readonly string[] }) {
  const lit = new Set(active);
  return (
    <div class="chart">
      <Transitions node={root} />
      <States node={root} lit={lit} />
    </div>
  );
}

function States({ node, lit }: { readonly node: StateNode; readonly lit: ReadonlySet<string> }) {
  if (node.states.length === 0) return null;
  return (
    <ul class={node.type === 'parallel' ? 'states is-parallel' : 'states'}>
      {node.states.map((state) => (
        <State key={state.id} node={state} lit={lit} isInitial={node.initial === state.key} />
      ))}
    </ul>
  );
}

interface StateProps {
  readonly node: StateNode;
  readonly lit: ReadonlySet<string>;
  readonly isInitial: boolean;
}

function State({ node, lit, isInitial }: StateProps) {
  const isLit = lit.has(node.id);
  return (
    <li class={`chart-state is-${node.type}${isLit ? ' is-lit' : ''}`} aria-current={isLit ? 'step' : undefined}>
      <p class="chart-name">
        {isInitial && <span class="initial" title="begins here" />}
        <b>{node.key}</b> {node.type === 'final' && <span class="aside">final</span>}
        {node.type === 'parallel' && <span class="aside">side by side</span>}
        {node.invokes.map((source) => (
          <span key={source} class="aside">
            runs {source}
          </span>
        ))}
      </p>
      <Transitions node={node} />
      <States node={node} lit={lit} />
    </li>
  );
}

function Transitions({ node }: { readonly node: StateNode }) {
  if (node.transitions.length === 0) return null;
  return (
    <ul class="transitions">
      {node.transitions.map(({ on, targets, guard }, at) => (
        <li key={at} title={guard === null ? undefined : `if ${guard}`}>
          {on}
          {guard !== null && '?'} {targets.length > 0 && <span class="target">→ {targets.map(lastOf).join(', ')}</span>}
        </li>
      ))}
    </ul>
  );
}

function lastOf(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1).replace(/^#/, '');
}
