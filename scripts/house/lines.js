// What may not be written, or only in one place.

const OWN = /^scripts\/house\/|^test\/house\//;
const SOURCE = /^(src|inspector)\//;

/** `said`: a line that breaks the rule. `among`: the files it holds for. `except`: the place that may. */
const RULES = [
  {
    said: /\b_(parent|relay)\b|xstate\.error\.actor/,
    among: SOURCE,
    except: ['src/actors/cell/xstate.ts'],
    what: 'XState internals belong to src/actors/cell/xstate.ts alone',
  },
  {
    said: /['"]croner['"]/,
    among: /^src\//,
    except: ['src/persistence/families/schedules/instants.ts'],
    what: 'instants are computed by src/persistence/families/schedules/instants.ts alone: nothing else of that library is used',
  },
  {
    said: /\bas (any|never)\b|@ts-(ignore|nocheck|expect-error)/,
    among: SOURCE,
    what: 'the type checker is not to be silenced: check the value, or make the type say what is true',
  },
  {
    said: /\bAsyncLocalStorage\b|\basync_hooks\b/,
    among: SOURCE,
    what: 'no AsyncLocalStorage: ids travel explicitly, in arguments and in the ctx of a call',
  },
  {
    // A test that is left out says why through the one helper, which is a failure where everything is required.
    said: /\bSKIPPED\b|ESPALIER_REQUIRE_ALL|\b(it|test|describe)\.(skip|todo)\(/,
    among: /^test\//,
    except: ['test/support/required.ts'],
    what: 'what a test needs is asked for with test/support/required.ts',
  },
  // An event reaches whoever listens from the journal's table only: if it is not in the table, it did not happen.
  {
    said: /INTO events\b/i,
    among: /^src\/(?!persistence\/schema\/)/,
    except: ['src/persistence/sql/transaction.ts'],
    what: 'events are written by Transaction.journal (src/persistence/sql/transaction.ts) alone, in the transaction of what they tell of',
  },
  {
    said: /\bnew CommitListeners\b|\blisteners\.publish\(/,
    among: SOURCE,
    except: ['src/persistence/open.ts'],
    what: 'events are published by src/persistence/open.ts alone, from what the writer committed: journal the event instead',
  },
  {
    said: /\b(new|extends) (EventEmitter|EventTarget|BroadcastChannel)\b|diagnostics_channel/,
    among: /^src\//,
    what: 'no second way for events: journal it, and listen to the journal (Journal.onCommit, Journal.tail)',
  },
];

/** Each line that breaks one of them. */
export function forbiddenLines(tree) {
  return [...tree.values()].filter(({ path }) => !OWN.test(path)).flatMap(inFile);
}

function inFile({ path, lines }) {
  const rules = RULES.filter(({ among, except }) => among.test(path) && !except?.includes(path));
  return lines.flatMap((text, index) =>
    rules.filter(({ said }) => said.test(text)).map(({ what }) => ({ path, line: index + 1, what })),
  );
}

/** Where functions that are told of events of the journal may be named: its contract, and those who hear of each commit. */
const DOORS = ['src/persistence/contract/journal.ts', 'src/persistence/families/journal/listeners.ts'];
const LISTENER = /\([^()]*\bJournalEvent\b(\[\]|>)?[^()]*\)\s*=>\s*(void|unknown)\b/g;

/** Each other type of a function that is handed an event and answers nothing: a listener that the journal does not know. */
export function otherListeners(tree) {
  return [...tree.values()]
    .filter(({ path }) => path.startsWith('src/') && !DOORS.includes(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(LISTENER)].map(({ index }) => ({
        path,
        line: text.slice(0, index).split('\n').length,
        what: 'this hands on events past the journal: listen to the journal (Journal.onCommit, Journal.tail) where they are needed',
      })),
    );
}
