/** Whether a value is a promise, or what `await` takes for one. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/**
 * Calls a listener. What it throws goes to `onFault`, and so does what it rejects with: it may be asynchronous, and a rejection
 * that nobody hears of ends the process.
 *
 * @param call calls the listener and returns what it returned
 */
export function tell(call: () => unknown, onFault: (error: unknown) => void): void {
  try {
    const returned = call();
    if (isPromiseLike(returned)) returned.then(undefined, onFault);
  } catch (error) {
    onFault(error);
  }
}
