import type { JournalStore } from '../../contract/journal.js';
import { eventText, parseEvents } from '../../forms/event.js';
import type { Access } from '../access.js';
import type { CommitListeners } from './listeners.js';
import type { Pulses } from './pulse.js';
import type { journalReads } from './reads.js';
import { type TailSource, tail } from './tail.js';
import { TopicWatches } from './topic-watches.js';
import type { journalWrites } from './writes.js';

type JournalAccess = Access<typeof journalWrites, typeof journalReads>;
/** How to wait for commits. */
type Commits = Pick<Pulses, 'watch' | 'add'>;

export function journalStore(access: JournalAccess, commits: Commits, listeners: CommitListeners): JournalStore {
  const source: TailSource = {
    batch: (args) => access.readNow('journal.batch', args),
    watch: () => commits.watch(),
  };
  const topics = new TopicWatches(commits, (args) => access.readNow('journal.news', args));
  return {
    append: async (events) =>
      access.write('journal.append', { runId: access.requireRunId(), events: events.map(eventText) }),
    tail: (options = {}) => tail(source, options),
    about: async (query) => parseEvents(await access.read('journal.about', query)),
    floor: () => access.readNow('journal.floor', null),
    head: () => access.read('journal.head', null),
    changed: (signal) => {
      const changed = nextChange(commits, signal);
      // Whoever waits may look first and find that it need not: then the end of the store is no failure of anyone's.
      changed.catch(() => undefined);
      return changed;
    },
    watch: (topic, types) => topics.watch(topic, types),
    onCommit: (listener, topic) => listeners.add(listener, topic),
  };
}

/** What is committed within so many milliseconds is one change, for those who read everything at each. */
const GATHER_MS = 50;

async function nextChange(commits: Commits, signal?: AbortSignal): Promise<void> {
  using watch = commits.watch();
  const gathered = new Promise((resolve) => setTimeout(resolve, GATHER_MS));
  await watch.next(signal);
  if (signal?.aborted !== true) await gathered;
}
