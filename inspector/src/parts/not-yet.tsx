import { status } from '../state/live.js';
import { Empty } from './empty.js';

/** In place of what has not come: nothing while it is on its way, a word when it cannot come. */
export function NotYet() {
  const { type } = status.value;
  if (type === 'open' || type === 'connecting') return null;
  return <Empty title="Not known here">It was not looked at while there was a connection.</Empty>;
}
