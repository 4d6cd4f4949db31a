import { type Presence, presenceShown } from '../model/presence.js';
import { Mark } from '../parts/mark.js';
import { access } from '../state/access.js';
import { hello, status } from '../state/live.js';
import { isResyncing } from '../state/tree.js';

/** What keeps the page from being the present truth, and what comes next. */
export function Banner() {
  const said = words();
  if (said === null) return null;
  return (
    <p class="banner" role="alert">
      <Mark condition={said.isBad ? 'failed' : 'degraded'} /> <b>{said.title}</b> {said.text}
    </p>
  );
}

function words() {
  const current = status.value;
  switch (current.type) {
    case 'open':
      if (isResyncing.value) return note('Resyncing.', 'Too much happened at once; the whole is on its way again.');
      return about(presenceShown(current.hello).note);
    case 'connecting':
      return current.attempt > 1 ? note('Disconnected.', 'It is being connected again.') : null;
    case 'waiting':
      return access.value === 'refused'
        ? NOT_ALLOWED
        : note('Disconnected.', `${before()} It is tried again by itself.`);
    case 'ended':
      return note('The system has ended.', 'What you see is its last state.');
    case 'closed':
      return null;
    default:
      return current satisfies never;
  }
}

const NOT_ALLOWED = {
  title: 'Not allowed in.',
  text: 'The token is missing or wrong. Open the address that the system printed when it started.',
  isBad: true,
};

function before(): string {
  return hello.value === null ? 'No system answers here.' : 'What you see is from before.';
}

function about(said: Presence['note']) {
  return said && note(said.title, said.text);
}

function note(title: string, text: string) {
  return { title, text, isBad: false };
}
