import { route } from '../state/place.js';
import type { View } from '../state/route.js';
import { JobsView } from '../views/jobs/jobs-view.js';
import { ProcessesView } from '../views/processes/processes-view.js';
import { RunsView } from '../views/runs/runs-view.js';
import { SchedulesView } from '../views/schedules/schedules-view.js';
import { TimelineView } from '../views/timeline/timeline-view.js';
import { TreeView } from '../views/tree/tree-view.js';
import { Banner } from './banner.js';
import { Dialogs } from './dialogs.js';
import { Header } from './header.js';

const PLACES = {
  tree: TreeView,
  timeline: TimelineView,
  runs: RunsView,
  processes: ProcessesView,
  jobs: JobsView,
  schedules: SchedulesView,
} satisfies Record<View, () => unknown>;

/** The whole page. */
export function Page() {
  const { view } = route.value;
  const Place = PLACES[view];
  return (
    <>
      <Header />
      <Banner />
      <main class="main">
        <Place key={view} />
      </main>
      <Dialogs />
    </>
  );
}
