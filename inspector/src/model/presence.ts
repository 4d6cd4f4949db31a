import type { Hello } from 'espalier/client';
import type { Condition } from './condition.js';

/** How a host that answers, itself or through its store, is shown. */
export interface Presence {
  readonly condition: Condition;
  readonly word: string;
  /** What keeps the page from being the whole and present truth; null when nothing does. */
  readonly note: { readonly title: string; readonly text: string } | null;
}

/** What is known of whether a host lives, and no more than that. */
export function presenceShown({ presence, source }: Pick<Hello, 'presence' | 'source'>): Presence {
  switch (presence) {
    case 'living':
      return { condition: 'running', word: 'live', note: source === 'store' ? FROM_OUTSIDE : null };
    case 'gone':
      return { condition: 'gone', word: 'post-mortem', note: POST_MORTEM };
    case 'unknown':
      return { condition: 'idle', word: 'elsewhere', note: ELSEWHERE };
    default:
      return presence satisfies never;
  }
}

const FROM_OUTSIDE = {
  title: 'Seen from its store.',
  text: 'This host lives: its own inspector also shows plain machines, what workers write, and what waits in pools.',
};

const POST_MORTEM = { title: 'Post-mortem.', text: 'This host has ended; what it left in its store is shown.' };

const ELSEWHERE = {
  title: 'Seen from its store.',
  text: 'This host is of another machine or container, and whether it lives is not known here. Its store does not say that it has ended.',
};
