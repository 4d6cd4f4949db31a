import { signal } from '@preact/signals';
import type { Answer, AnswerTo, Ask, Reply, StateOf, View } from 'espalier/client';
import { useEffect, useMemo } from 'preact/hooks';
import { client, watch } from './live.js';

/** Looks at a view as long as the component is there. */
export function useLive<const V extends View>(view: V): StateOf<V> {
  const key = JSON.stringify(view);
  const watching = useMemo(() => watch(view), [key]);
  useEffect(() => watching.close, [watching]);
  return watching.state.value;
}

/** What the server answers; null until it has. Asked again whenever `again` differs, and every `everyMs` if that is given. */
export function useAnswer<const A extends Ask>(
  ask: A,
  again: unknown,
  everyMs?: number,
): Reply<AnswerTo<A['type']>> | null {
  const key = JSON.stringify(ask);
  const reply = useMemo(() => signal<Reply<Extract<Answer, { type: A['type'] }>> | null>(null), [key]);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = async () => {
      const found = await client.ask(ask);
      if (isOver) return;
      reply.value = found;
      if (everyMs !== undefined) timer = setTimeout(() => void next(), everyMs);
    };
    void next();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [key, again, everyMs]);
  return reply.value;
}
