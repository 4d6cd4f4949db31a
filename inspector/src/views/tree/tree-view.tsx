import { useMemo } from 'preact/hooks';
import { select } from '../../model/select.js';
import { ConditionChips } from '../../parts/condition-chips.js';
import { Empty } from '../../parts/empty.js';
import { FilterBar } from '../../parts/filter-bar.js';
import { type Column, Grid } from '../../parts/grid.js';
import { Split } from '../../parts/split.js';
import { go, route } from '../../state/place.js';
import { conditionCounts, paths, treeState } from '../../state/tree.js';
import { ActorPanel } from '../actor/actor-panel.js';
import { treeRow } from './tree-row.js';

const COLUMNS: readonly Column[] = [
  { id: 'actor', title: 'Actor' },
  { id: 'state', title: 'State' },
  { id: 'life', title: 'Life', isNumber: true },
  { id: 'restarts', title: 'Restarts' },
  { id: 'pid', title: 'PID', isNumber: true },
  { id: 'cpu', title: 'CPU', isNumber: true },
  { id: 'memory', title: 'Memory', isNumber: true },
];

/** The tree as a list: each actor below its parent, found by words and by condition. */
export function TreeView() {
  const { find, show, at } = route.value;
  const { actors, ready } = treeState.value;
  const isWhole = find === '' && show.length === 0;
  // What is searched may change with every frame; the whole tree changes only when actors come and go.
  const lines = useMemo(
    () => select(paths.value, actors, { find, show }),
    [paths.value, isWhole ? actors : treeState.value, find, show],
  );
  const context = useMemo(() => new Set(lines.filter((line) => line.isContext).map((line) => line.path)), [lines]);
  const keys = useMemo(() => lines.map((line) => line.path), [lines]);
  return (
    <Split panel={at === null ? null : <ActorPanel key={at} path={at} />}>
      <FilterBar hint="Find actors: path, role, state, pid, problem">
        <ConditionChips counts={conditionCounts.value} />
      </FilterBar>
      {ready && keys.length === 0 ? (
        <Empty title={isWhole ? 'No actors' : 'Nothing fits'}>
          {isWhole ? 'The system has no children yet.' : 'Esc clears the search.'}
        </Empty>
      ) : (
        <Grid
          label="Actors"
          kind="tree"
          isTree
          columns={COLUMNS}
          keys={keys}
          row={(path) => treeRow(path, context.has(path))}
          opened={at}
          open={(path) => go({ at: path })}
        />
      )}
    </Split>
  );
}
