import type { JobInfo } from 'espalier/client';
import { useEffect } from 'preact/hooks';
import { isJobState, JOB_CONDITIONS, jobSearch, wordOf } from '../../model/job.js';
import { Empty } from '../../parts/empty.js';
import { Chip, FilterBar, toggled } from '../../parts/filter-bar.js';
import { ago } from '../../parts/format.js';
import { type Column, Grid, type GridRow } from '../../parts/grid.js';
import { Mark } from '../../parts/mark.js';
import { Split } from '../../parts/split.js';
import { go, refine, route } from '../../state/place.js';
import { now } from '../../state/tree.js';
import { useAnswer, useLive } from '../../state/use-live.js';
import { JobPanel } from './job-panel.js';
import { Queues } from './queues.js';

const COLUMNS: readonly Column[] = [
  { id: 'name', title: 'Job' },
  { id: 'status', title: 'State' },
  { id: 'does', title: 'Queue' },
  { id: 'key', title: 'Key' },
  { id: 'count', title: 'Attempts', isNumber: true },
  { id: 'begun', title: 'Submitted', isNumber: true },
];

/** Jobs of a page. */
const PAGE = 100;
const STATES = Object.keys(JOB_CONDITIONS).filter(isJobState);
/** An older page changes little: it is asked for again that often, in milliseconds. */
const OLDER_MS = 5000;

/** The queues, and the jobs, the newest first, a page at a time. */
export function JobsView() {
  const { find, at, types, path: before } = route.value;
  const { job } = jobSearch(find);
  // An id in the search is opened, and the list is whole again.
  useEffect(() => {
    if (job !== null) go({ at: job, find: '' });
  }, [job]);
  return (
    <Split panel={at === null ? null : <JobPanel key={at} job={at} />}>
      <FilterBar hint="Find jobs: a key or an id, queue:… meta:field=value parent:…">
        {STATES.map((state) => (
          <Chip
            key={state}
            isOn={types.includes(state)}
            toggle={() => refine({ types: toggled(types, state), path: '' })}
          >
            <Mark condition={JOB_CONDITIONS[state]} /> {wordOf(state)}
          </Chip>
        ))}
      </FilterBar>
      <Queues />
      {before === '' ? <Newest opened={at} /> : <Older before={before} opened={at} />}
    </Split>
  );
}

function filterShown() {
  const { find, types } = route.value;
  const states = types.filter(isJobState);
  return { ...jobSearch(find).filter, ...(states.length > 0 && { states }) };
}

function Newest({ opened }: { readonly opened: string | null }) {
  const { jobs, more, ready } = useLive({ type: 'jobs', ...filterShown(), limit: PAGE });
  return <JobList jobs={jobs} more={more} ready={ready} opened={opened} />;
}

function Older({ before, opened }: { readonly before: string; readonly opened: string | null }) {
  const reply = useAnswer({ type: 'jobs', ...filterShown(), before, limit: PAGE }, null, OLDER_MS);
  const { jobs, more } = reply?.ok ? reply.answer : { jobs: [], more: false };
  return <JobList jobs={jobs} more={more} ready={reply !== null} opened={opened} />;
}

interface JobListProps {
  readonly jobs: readonly JobInfo[];
  readonly more: boolean;
  readonly ready: boolean;
  readonly opened: string | null;
}

function JobList({ jobs, more, ready, opened }: JobListProps) {
  const { find, types } = route.value;
  const byId = new Map(jobs.map((info) => [info.job, info]));
  const isNarrowed = find !== '' || types.length > 0;
  if (ready && jobs.length === 0) {
    return (
      <Empty title={isNarrowed ? 'Nothing fits' : 'No jobs'}>
        {isNarrowed ? 'Esc clears the search.' : 'system.jobs.submit() and espalier submit make some.'}
      </Empty>
    );
  }
  return (
    <>
      <Grid
        label="Jobs"
        kind="jobs"
        columns={COLUMNS}
        keys={[...byId.keys()]}
        row={(job) => jobRow(byId.get(job))}
        opened={opened}
        open={(job) => go({ at: job })}
      />
      <Pages last={more ? jobs.at(-1)?.job : undefined} />
    </>
  );
}

function Pages({ last }: { readonly last: string | undefined }) {
  const isOlder = route.value.path !== '';
  if (!isOlder && last === undefined) return null;
  return (
    <nav class="pages" aria-label="Pages of jobs">
      {isOlder && (
        <button type="button" class="button" onClick={() => go({ path: '' })}>
          Newest
        </button>
      )}
      {last !== undefined && (
        <button type="button" class="button" onClick={() => go({ path: last })}>
          Older
        </button>
      )}
    </nav>
  );
}

function jobRow(info: JobInfo | undefined): GridRow {
  if (!info) return { cells: [] };
  const { job, state, queue, method, key, attempts, submittedAt, parked, asks, error } = info;
  const condition = JOB_CONDITIONS[state];
  const aside = asks.length > 0 ? 'asks' : (parked?.reason.replaceAll('_', ' ') ?? error);
  return {
    class: `is-${condition}`,
    cells: [
      <span key="name" class="actor-name">
        <span class="name">{method ?? 'program'}</span> <span class="role">{job}</span>
      </span>,
      <span key="status" class="state">
        <Mark condition={condition} /> <span class={`tone-${condition}`}>{wordOf(state)}</span>
        {aside !== null && ` · ${aside}`}
      </span>,
      queue,
      key,
      attempts,
      ago(submittedAt, now.value),
    ],
  };
}
