import { signal } from '@preact/signals';
import type { Answer, AnswerTo, Ask, Reply, StateOf, View } from 'espalier/client';
import { useEffect, useMemo } from 'preact/hooks';
import { client, status, watch } from './live.js';

/** Looks at a view as long as the component is there. */
export function useLive<const V extends View>(view: V): StateOf<V> {
  const key = JSON.stringify(view);
  const watching = useMemo(() => watch(view), [key]);
  useEffect(() => watching.close, [watching]);
  return watching.state.value;
}

/**
 * What the server answers; null until it has. Asked as soon as there is a connection, again whenever `again` differs or
 * another connection stands, and every `everyMs` if that is given.
 */
export function useAnswer<const A extends Ask>(
  ask: A,
  again: unknown,
  everyMs?: number,
): Reply<AnswerTo<A['type']>> | null {
  const key = JSON.stringify(ask);
  const reply = useMemo(() => signal<Reply<Extract<Answer, { type: A['type'] }>> | null>(null), [key]);
  const connection = status.value.type === 'open' ? status.value.hello : null;
  useEffect(() => {
    if (connection === null) return;
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
  }, [key, again, everyMs, connection]);
  return reply.value;
}
