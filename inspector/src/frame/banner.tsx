import { duration, timeOfDay } from '../parts/format.js';
import { Mark } from '../parts/mark.js';
import { access } from '../state/access.js';
import { hello, status } from '../state/live.js';
import { now, treeState } from '../state/tree.js';

/** What keeps the page from being the present truth, and what comes next. */
export function Banner() {
  const said = useWords();
  if (said === null) return null;
  return (
    <p class="banner" role="alert">
      <Mark condition={said.isBad ? 'failed' : 'degraded'} /> <b>{said.title}</b> {said.text}
    </p>
  );
}

function useWords() {
  const current = status.value;
  const resyncs = treeState.value.resyncs;
  switch (current.type) {
    case 'open':
      if (!hello.value?.live) return note('Post-mortem.', 'This host is dead; what it left in its store is shown.');
      if (!treeState.value.ready && resyncs.count > 0) return note('Resyncing.', 'The whole is on its way again.');
      return null;
    case 'connecting':
      return current.attempt > 1 ? note('Connecting again.', `Attempt ${current.attempt}.`) : null;
    case 'waiting': {
      if (access.value === 'refused') {
        const text = 'The token is missing or wrong. Open the address that the system printed when it started.';
        return { title: 'Not allowed in.', text, isBad: true };
      }
      const next = Math.max(0, current.retryAt - now.value);
      const last = hello.value === null ? 'No system answers here.' : 'What you see is from before.';
      return note('Disconnected.', `${last} The next attempt is in ${duration(Math.ceil(next / 1000) * 1000)}.`);
    }
    case 'ended':
      return note(
        'The system has ended.',
        `(${current.reason}, ${timeOfDay(Date.now())}) What you see is its last state.`,
      );
    case 'closed':
      return null;
    default:
      return current satisfies never;
  }
}

function note(title: string, text: string) {
  return { title, text, isBad: false };
}
