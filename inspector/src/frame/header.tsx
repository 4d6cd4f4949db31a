import type { ConnectionStatus } from 'espalier/client';
import type { Condition } from '../model/condition.js';
import { presenceShown } from '../model/presence.js';
import { bytes, percent } from '../parts/format.js';
import { Mark } from '../parts/mark.js';
import { isHelpOpen } from '../state/keys.js';
import { hello, status } from '../state/live.js';
import { route } from '../state/place.js';
import { linkTo, VIEWS, type View } from '../state/route.js';
import { scheme, switchScheme } from '../state/scheme.js';
import { conditionCounts, gauges } from '../state/tree.js';

const TITLES = {
  tree: 'Tree',
  timeline: 'Timeline',
  runs: 'Runs',
  processes: 'Processes',
  jobs: 'Jobs',
  schedules: 'Schedules',
} satisfies Record<View, string>;

/** What is looked at, where in it, and how the connection is. */
export function Header() {
  return (
    <header class="bar">
      <h1 class="brand">
        <Glyph />
        <span>{hello.value?.name ?? 'Espalier'}</span>
      </h1>
      <nav class="views" aria-label="Views">
        {VIEWS.map((view) => (
          <a key={view} href={linkTo({ view })} aria-current={route.value.view === view ? 'page' : undefined}>
            {TITLES[view]}
            {view === 'tree' && <Troubles />}
          </a>
        ))}
      </nav>
      <HostGauges />
      <Access />
      <Connection />
      <button type="button" class="quiet-button" onClick={switchScheme} title="Light or dark (t)">
        <svg
          class="icon"
          viewBox="0 0 16 16"
          role="img"
          aria-label={scheme.value === 'dark' ? 'Switch to light' : 'Switch to dark'}
        >
          <circle cx="8" cy="8" r="5.5" />
          <path d="M8 2.5a5.5 5.5 0 0 1 0 11Z" fill="currentColor" />
        </svg>
      </button>
      <button
        type="button"
        class="quiet-button"
        title="Keys and signs (?)"
        onClick={() => {
          isHelpOpen.value = true;
        }}
      >
        <svg class="icon" viewBox="0 0 16 16" role="img" aria-label="Help">
          <path d="M5.5 6a2.5 2.5 0 1 1 3.7 2.2c-.8.4-1.2.9-1.2 1.8M8 12.5v.1" />
        </svg>
      </button>
    </header>
  );
}

/** How many are in trouble, seen from every view. */
function Troubles() {
  const count = (condition: Condition) => conditionCounts.value.get(condition) ?? 0;
  const troubles = (['failed', 'suspect', 'degraded'] as const).filter((condition) => count(condition) > 0);
  return (
    <>
      {troubles.map((condition) => (
        <span key={condition} class={`trouble tone-${condition}`}>
          <Mark condition={condition} label={condition} />
          {count(condition)}
        </span>
      ))}
    </>
  );
}

function HostGauges() {
  const host = gauges.value.gauges?.host;
  if (!host) return null;
  return (
    <dl class="host" aria-label="Host">
      <div>
        <dt>cpu</dt>
        <dd>{percent(host.cpu)}</dd>
      </div>
      <div>
        <dt>memory</dt>
        <dd>{bytes(host.rss)}</dd>
      </div>
      <div title="99th percentile of the event loop's delay">
        <dt>loop</dt>
        <dd>{host.loopP99.toFixed(1)} ms</dd>
      </div>
    </dl>
  );
}

/** Whether anything can be changed from here. */
function Access() {
  if (!hello.value) return null;
  return hello.value.control ? (
    <span class="badge is-control">control</span>
  ) : (
    <span class="badge" title="The server refuses every change">
      read-only
    </span>
  );
}

function Connection() {
  const [condition, text] = connectionShown(status.value);
  return (
    <span class={`connection tone-${condition}`} role="status">
      <Mark condition={condition} /> {text}
    </span>
  );
}

function connectionShown(current: ConnectionStatus): readonly [Condition, string] {
  if (current.type !== 'open') return WORDS[current.type];
  const { condition, word } = presenceShown(current.hello);
  return [condition, word];
}

const WORDS = {
  connecting: ['starting', 'connecting'],
  waiting: ['degraded', 'disconnected'],
  ended: ['gone', 'ended'],
  closed: ['gone', 'closed'],
} as const satisfies Record<string, readonly [Condition, string]>;

function Glyph() {
  return (
    <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 15V2M8 6C5 6 2.5 5 1.5 3M8 6c3 0 5.5-1 6.5-3M8 12c-3 0-5.5-1-6.5-3M8 12c3 0 5.5-1 6.5-3" />
    </svg>
  );
}
