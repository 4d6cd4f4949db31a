import { signal } from '@preact/signals';
import { status } from './live.js';

/** Whether the server lets this page in: a WebSocket that is refused does not say why, a plain request does. */
export const access = signal<'unknown' | 'refused' | 'allowed'>('unknown');

status.subscribe(({ type }) => {
  if (type === 'open') access.value = 'allowed';
  if (type === 'waiting') void ask();
});

async function ask(): Promise<void> {
  try {
    const { status: code } = await fetch('./api/hello', { cache: 'no-store' });
    access.value = code === 401 || code === 403 ? 'refused' : 'unknown';
  } catch {
    // Nobody answers: the connection's own state says so.
    access.value = 'unknown';
  }
}
