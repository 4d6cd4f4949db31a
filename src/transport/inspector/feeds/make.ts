import type { InspectedHost } from '../inspected-host.js';
import type { JobTopic } from '../model/jobs.js';
import { runInfo } from '../model/runs.js';
import type { ActorSummary, GaugesMessage, Position, ProcessInfo, RunInfo, View } from '../protocol/wire.js';
import type { Follower } from '../shown/follower.js';
import type { Ring } from '../shown/ring.js';
import type { Viewer } from '../shown/viewed.js';
import { ActorFeed } from './actor.js';
import { type Collection, CollectionFeed } from './collection.js';
import type { Feed } from './feed.js';
import { GaugesFeed } from './gauges.js';
import { type JobView, readJobView } from './jobs.js';
import { ReadingFeed } from './reading.js';
import { RunFeed } from './run.js';
import { TimelineFeed } from './timeline.js';

export interface FeedSources {
  readonly host: InspectedHost;
  readonly viewer: Viewer;
  readonly follower: Follower;
  readonly ring: Ring;
  now(): number;
  latestGauges(): GaugesMessage | null;
  useTree(): () => void;
  useGauges(): () => void;
}

const TIMELINE_START = 100;

/** The feed of one view. */
export function makeFeed(sources: FeedSources, id: number, view: View, resume: Position | null): Feed {
  const { host, viewer, follower, ring, now } = sources;
  const seq = () => ring.head;
  switch (view.type) {
    case 'tree':
      return using(new CollectionFeed(id, actors(sources), resume), sources.useTree());
    case 'actor':
      return new ActorFeed({ id, path: view.path, observe: view.observe ?? false, resume, viewer, seq, now });
    case 'timeline': {
      const { filter = {}, last = TIMELINE_START } = view;
      return new TimelineFeed({ id, filter, last, resume, ring, journal: host.journal });
    }
    case 'runs':
      return new CollectionFeed(id, runs(sources), resume);
    case 'run':
      return new RunFeed({ id, run: view.run, runs: follower.runs, host, viewer, seq, now });
    case 'processes':
      return new CollectionFeed(id, processes(sources), resume);
    case 'queues':
    case 'jobs':
    case 'job':
      return reading(sources, id, 'jobs', view);
    case 'schedules':
    case 'schedule':
      return reading(sources, id, 'schedules', view);
    case 'gauges':
      return new GaugesFeed({ id, latest: sources.latestGauges, onClose: sources.useGauges() });
    default:
      return view satisfies never;
  }
}

function reading(sources: FeedSources, id: number, topic: JobTopic, view: JobView): Feed {
  const { follower, ring, now } = sources;
  const revision = () => follower.jobs.revision(topic);
  return new ReadingFeed({ id, revision, now, seq: () => ring.head, read: () => readJobView(sources, view) });
}

function using(feed: Feed, release: () => void): Feed {
  return {
    next: () => feed.next(),
    close: () => {
      feed.close();
      release();
    },
  };
}

function actors({ viewer, ring }: FeedSources): Collection<ActorSummary> {
  return {
    changes: viewer.model.changes,
    seq: () => ring.head,
    keys: () => viewer.model.paths(),
    item: (path) => viewer.summary(path),
    snapshot: (all) => ({ view: 'tree', actors: all }),
    delta: (changed, removed) => ({ view: 'tree', changed, removed }),
  };
}

function runs({ viewer, follower, ring }: FeedSources): Collection<RunInfo> {
  return {
    changes: follower.runs.changes,
    seq: () => ring.head,
    keys: () => [...follower.runs.all()].map(({ run }) => run),
    item: (run) => {
      const seen = follower.runs.get(run);
      return seen ? viewer.run(runInfo(seen)) : null;
    },
    snapshot: (all) => ({ view: 'runs', runs: all }),
    delta: (changed, removed) => ({ view: 'runs', changed, removed }),
  };
}

function processes({ viewer, follower, ring }: FeedSources): Collection<ProcessInfo> {
  return {
    changes: follower.processes.changes,
    seq: () => ring.head,
    keys: () => [...follower.processes.all()].map(({ id }) => id),
    item: (id) => {
      const info = follower.processes.get(id);
      return info ? viewer.process(info) : null;
    },
    snapshot: (all) => ({ view: 'processes', processes: all }),
    delta: (changed, removed) => ({ view: 'processes', changed, removed }),
  };
}
