type Channel = 'uncaughtException' | 'unhandledRejection';

/**
 * Runs `body` and answers what reached the process while it ran and in the turn after it: the errors that would have
 * ended a host.
 */
export async function uncaughtDuring(body: () => unknown): Promise<unknown[]> {
  const caught: unknown[] = [];
  const restore = [divert('uncaughtException', caught), divert('unhandledRejection', caught)];
  try {
    await body();
    await turn();
  } finally {
    for (const undo of restore) undo();
  }
  return caught;
}

/** Lets pending promises, timers of 0 ms and unhandled rejections surface; no time is waited for. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

function divert(channel: Channel, caught: unknown[]): () => void {
  const before = process.rawListeners(channel);
  const collect = (error: unknown) => void caught.push(error);
  process.removeAllListeners(channel);
  process.on(channel, collect);
  return () => {
    process.removeListener(channel, collect);
    for (const listener of before) process.on(channel, (...args: unknown[]) => Reflect.apply(listener, process, args));
  };
}
