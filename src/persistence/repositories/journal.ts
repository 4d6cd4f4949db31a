import type { Access } from '../access.js';
import type { JournalStore } from '../contract/journal.js';
import type { CommitListeners } from '../listeners.js';
import { eventText, parseEvent } from '../rows/event.js';
import { tail } from '../tail.js';

export function journalStore(access: Access, listeners: CommitListeners): JournalStore {
  const source = {
    batch: (args: Parameters<typeof access.readNow<'journal.batch'>>[1]) => access.readNow('journal.batch', args),
    watch: () => access.pulses.watch(),
  };
  return {
    append: async (events) =>
      access.write('journal.append', { runId: access.requireRunId(), events: events.map(eventText) }),
    tail: (options = {}) => tail(source, options),
    about: async (query) => (await access.read('journal.about', query)).map(parseEvent),
    head: () => access.read('journal.head', null),
    changed: (signal) => {
      const changed = nextChange(access, signal);
      // Whoever waits may look first and find that it need not: then the end of the store is no failure of anyone's.
      changed.catch(() => undefined);
      return changed;
    },
    onCommit: (listener) => listeners.add(listener),
  };
}

async function nextChange(access: Access, signal?: AbortSignal): Promise<void> {
  const watch = access.pulses.watch();
  try {
    await watch.next(signal);
  } finally {
    watch.close();
  }
}
