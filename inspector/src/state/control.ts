import { signal } from '@preact/signals';
import type { Control } from 'espalier/client';
import { client } from './live.js';

/** A change that waits for a person's word. */
export interface Request {
  readonly title: string;
  /** What will come of it. */
  readonly text: string;
  /** What the button says. */
  readonly verb: string;
  readonly control: Control;
}

/** What is to be confirmed; null when nothing is. */
export const pending = signal<Request | null>(null);

/** What came of the last change, for a few seconds. */
export const outcome = signal<{ readonly ok: boolean; readonly text: string } | null>(null);

const SHOWN_MS = 6000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Carries out what was confirmed. */
export async function confirm({ control, title }: Request): Promise<void> {
  pending.value = null;
  const reply = await client.control(control);
  outcome.value = reply.ok ? { ok: true, text: `Done: ${title}` } : { ok: false, text: `${title}: ${reply.message}` };
  clearTimeout(timer);
  timer = setTimeout(() => {
    outcome.value = null;
  }, SHOWN_MS);
}
